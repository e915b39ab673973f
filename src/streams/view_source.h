#pragma once
#include "streams/engine.h"
#include "streams/throw_error.h"

namespace leat::streams {

/// The views of an engine that comes and goes; without one, they are unavailable.
class EngineViews final : public ViewSource {
 public:
  explicit EngineViews(std::unique_ptr<Engine>& engine) : engine_(engine) {}
  std::vector<RawRow> lookup(const std::string& view, const std::string& key) override {
    return check(engine().look(view, key));
  }
  std::vector<RawRow> scan(const std::string& view) override {
    return check(engine().look(view, std::nullopt));
  }

 private:
  Engine& engine() {
    if (!engine_) throw StreamsError("unavailable", "the application has stopped");
    return *engine_;
  }
  std::unique_ptr<Engine>& engine_;
};

}  // namespace leat::streams
