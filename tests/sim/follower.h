#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client.h"
#include "topics.h"

namespace leat::system_sim {

/// Follows the changes of a view as a client of Server-Sent Events does: through crashes and
/// connections that break, each time with the id of the last event that it has seen.
class Follower {
 public:
  Follower(std::string view, io::SeededRandom& random, Problems& problems)
      : view_(std::move(view)), random_(random), problems_(problems) {}

  /// Connects if it is not, and takes what has come.
  void step(World& world);
  /// The connection is gone, with what was on its way.
  void lost_server() { stream_.reset(); }
  /// When all is quiet: it has had every change since it began to follow, once and in order, and
  /// what they come to is what the view's topic comes to. `kept`: rows of an earlier query of this
  /// name are in the topic, which its view does not have.
  void check(World& world, Topics& topics, bool windowed, bool kept);
  const std::string& view() const { return view_; }
  size_t changes() const { return changes_; }
  size_t resumed() const { return resumed_; }

 private:
  class Stream;
  class Reply;
  void connect(World& world);
  void take(World& world);
  void take_event(World& world, const std::string& text);

  std::string view_;
  io::SeededRandom& random_;
  Problems& problems_;
  std::shared_ptr<Stream> stream_;
  std::string last_id_;      // empty: nothing has been seen yet
  bool ready_ = false;       // the snapshot is whole
  runtime::Position began_;  // where the changes begin
  std::map<std::string, std::string> rows_;
  std::map<std::string, std::vector<std::string>> seen_;  // by key, the changes since `began_`
  size_t changes_ = 0;
  size_t resumed_ = 0;
};

}  // namespace leat::system_sim
