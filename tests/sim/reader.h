#pragma once
#include <set>
#include <string>

#include "topics.h"

namespace leat::system_sim {

/// Reads views while the system runs, and holds every answer against the model at the position
/// that the answer names.
class Reader {
 public:
  Reader(const Program& program, const Events& events, Topics& topics, io::SeededRandom& random,
         Problems& problems)
      : program_(program), events_(events), topics_(topics), random_(random), problems_(problems) {}

  /// Asks for some of the views that there are, as of the position of `after` (nullptr: any).
  void ask(World& world, const std::set<std::string>& made, const Request* after);
  /// Asks for all views and says whether the answer came, with every view in it.
  bool ask_for_all(World& world, const std::set<std::string>& made);
  size_t answered() const { return answered_; }
  /// Something was dropped: views may be gone, and with them positions.
  void expect_drops() { drops_ = true; }

 private:
  void request(World& world, std::vector<std::string> views, const Request* after);
  void check(World& world, const std::vector<std::string>& views, const Request* after,
             const std::set<std::string>& level, Result<runtime::ReadAnswer> answer);
  void check_position(World& world, const runtime::Position& position);
  void check_view(const std::string& view, const Inputs& inputs, const Rows& rows);
  void check_sums(const std::map<std::string, Rows>& views, const std::set<std::string>& level);
  void check_own_writes(const Request& request, const std::map<std::string, Rows>& views);

  const Program& program_;
  const Events& events_;
  Topics& topics_;
  io::SeededRandom& random_;
  Problems& problems_;
  runtime::Position last_;  // of any answer so far, in any life
  size_t answered_ = 0;
  bool drops_ = false;
};

/// The query that makes a view or a stream.
std::string query_of(World& world, const std::string& name);

}  // namespace leat::system_sim
