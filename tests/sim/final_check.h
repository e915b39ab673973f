#pragma once
#include <deque>
#include <map>
#include <set>
#include <string>

#include "client.h"
#include "topics.h"

namespace leat::system_sim {

/// Everything that must hold when all is quiet at the end of a run.
class FinalCheck {
 public:
  FinalCheck(World& world, const Program& program, const Events& events, Topics& topics,
             Problems& problems);
  /// `made`: the statements that were executed. `again`: of those, how often each was dropped and
  /// made again; `kept`: those of them whose topic was there already.
  void run(const std::deque<Client>& clients, const std::set<std::string>& made,
           const std::map<std::string, int>& again, const std::set<std::string>& kept);

 private:
  void check_requests(const Client& client);
  void check_events_once();
  void check_stream(const std::string& stream);
  void check_enriched();
  void check_entries(const std::set<std::string>& made);
  void check_sums_over(const std::string& view, const std::string& stream);
  void check_changes(const std::string& view);
  void check_finals();
  void check_dead_letters(const std::set<std::string>& made);
  void complain(std::string what) { problems_.push_back(std::move(what)); }

  World& world_;
  const Program& program_;
  const Events& events_;
  Topics& topics_;
  Problems& problems_;
  Inputs inputs_;
  std::map<std::string, int> again_;
  std::set<std::string> kept_;
};

}  // namespace leat::system_sim
