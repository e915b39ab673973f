// One run: lives of a process, each ended by a machine or a person, and what must hold after all.
#include "run.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "base/crc32c.h"
#include "final_check.h"
#include "follower.h"
#include "reader.h"

namespace leat::system_sim {
namespace {

constexpr int kRecoveriesMax = 4;
constexpr int kFinishingStepsMax = 20'000;

class Run {
 public:
  Run(uint64_t seed, const Planted& planted, bool verbose)
      : verbose_(verbose),
        random_(seed),
        world_(seed, planted),
        program_(random_program(random_)),
        topics_(out_.problems),
        reader_(program_, events_, topics_, random_, out_.problems) {
    for (int i = 0; i < 3; ++i) clients_.emplace_back(i, events_, random_, out_.problems);
    for (const Statement& statement : program_.statements)
      if (statement.makes_view && random_.chance(0.3))
        followers_.emplace_back(statement.name, random_, out_.problems);
  }

  Outcome run() {
    begin();
    for (uint64_t lives = 2 + random_.below(5); lives > 0 && fine(); --lives) live();
    if (fine()) finish();
    if (fine())
      FinalCheck(world_, program_, events_, topics_, out_.problems)
          .run(clients_, made_, again_, kept_);
    for (Follower& follower : followers_) {
      bool windowed = follower.view() == "by_time" || follower.view() == "finals";
      if (fine()) follower.check(world_, topics_, windowed, kept_.contains(follower.view()));
    }
    return close();
  }

 private:
  bool fine() const { return out_.problems.empty(); }
  void say(const std::string& what) const {
    if (verbose_) std::printf("%s\n", what.c_str());
  }
  void must(const Status& status, const char* doing) {
    if (!status.has_value())
      out_.problems.push_back(std::string(doing) + ": " + status.error().to_string());
  }

  void begin() {
    must(world_.start(), "the first start");
    ++out_.lives;
    for (int i = 0; i < 3 && fine(); ++i) make_next();
    while (program_.expires && !everything_made() && fine()) make_next();
    if (!fine()) return;
    if (program_.products_first) {
      clients_[0].plan(12, 0, 0);
      work_until_finished();
      world_.clock().advance_ms(600'000);
    }
    for (Client& client : clients_)
      client.plan(program_.products_first ? 0 : static_cast<int>(random_.below(8)),
                  10 + static_cast<int>(random_.below(50)), static_cast<int>(random_.below(12)));
  }

  // A life: something is bound to happen, and until then everybody does what they do.
  void live() {
    bool power = random_.chance(0.5);
    bool disk_error = !power && random_.chance(0.3);
    if (power) world_.disk().cut_power_at(1 + random_.below(300));
    if (disk_error)
      world_.disk().fail(
          {.operation = random_.chance(0.5) ? sim::Operation::write : sim::Operation::sync,
           .nth = 1 + random_.below(60)});
    for (uint64_t steps = 30 + random_.below(300); steps > 0 && fine(); --steps) {
      step();
      if (world_.fatal()) break;
    }
    world_.leave_room(std::nullopt);
    if (fine()) end_life(power, disk_error);
  }

  void end_life(bool power, bool disk_error) {
    if (!power && !world_.fatal() && random_.chance(0.4)) {
      say("it is stopped");
      Status stopped = world_.stop();
      if (!disk_error) must(stopped, "stopping");
    } else {
      say(power ? "the power goes" : "it is killed");
      world_.kill();
    }
    for (Client& client : clients_) client.lost_server();
    for (Follower& follower : followers_) follower.lost_server();
    if (power) {
      world_.disk().power_cut(random_);
    } else {
      world_.disk().kill_process();
    }
    world_.disk().clear_faults();
    restart();
  }

  // The power may go again while it recovers.
  void restart() {
    for (int i = 0; i < kRecoveriesMax && random_.chance(0.4); ++i) {
      world_.disk().cut_power_at(1 + random_.below(20));
      Status started = world_.start();
      say("the power goes while it starts");
      world_.kill();
      world_.disk().power_cut(random_);
      if (!started.has_value() && started.error().code() == ErrorCode::corruption)
        return must(started, "starting while the power goes");
    }
    must(world_.start(), "starting again");
    ++out_.lives;
    if (fine() && !dropping_.empty()) settle_drop();
  }

  void step() {
    world_.clock().advance_ms(static_cast<TimeMs>(random_.below(300)));
    if (program_.expires) topics_.read(world_);  // before it goes
    if (!followers_.empty() && random_.chance(0.2))
      followers_[random_.below(followers_.size())].step(world_);
    switch (random_.below(20)) {
      case 0:
        if (random_.chance(0.4)) make_next();
        if (random_.chance(0.1)) drop_one();
        break;
      case 1:
      case 2: reader_.ask(world_, made_, own_write()); break;
      case 3:
        if (random_.chance(0.2)) world_.log().idle();
        break;
      case 4:
        if (random_.chance(0.1)) change_room();
        break;
      case 5: world_.log().apply_retention(); break;
      case 6:
      case 7:
      case 8:
      case 9:
      case 10: clients_[random_.below(clients_.size())].step(world_); break;
      case 11:
      case 12:
      case 13:
      case 14: world_.log().sync_once(); break;
      default: world_.runtime().step(); break;
    }
  }

  void change_room() {
    if (world_.short_of_room()) {
      world_.leave_room(std::nullopt);
    } else {
      world_.leave_room(random_.below(60'000));
    }
  }

  /// An acknowledged request to read after, or none.
  const Request* own_write() {
    const Client& client = clients_[random_.below(clients_.size())];
    if (client.requests().empty() || random_.chance(0.4)) return nullptr;
    const Request& request = client.requests()[random_.below(client.requests().size())];
    return request.fate == Request::Fate::acknowledged ? &request : nullptr;
  }

  // Executes the next statement, unless a life that ended in its middle had already done it.
  void make_next() {
    if (everything_made() || world_.fatal()) return;
    const Statement& next =
        *std::find_if(program_.statements.begin(), program_.statements.end(),
                      [&](const Statement& statement) { return !made_.contains(statement.name); });
    sql::Catalogue catalogue = world_.app().catalogue();
    if (catalogue.find(next.name) == nullptr && catalogue.find_query(next.name) == nullptr) {
      say(next.text);
      if (again_.contains(next.name)) note_topic(next.name);
      sql::Session session = world_.app().new_session();
      if (next.fails_on_bad_records) must(session.set("errors.policy", "fail"), "SET");
      try {
        Status made = world_.execute(next.text, session);
        if (world_.fatal()) return;
        // A topic that found no room may be there or not; the next try finds out.
        if (!made.has_value() && (made.error().code() == ErrorCode::disk_full ||
                                  made.error().code() == ErrorCode::outcome_unknown))
          return;
        must(made, next.text.c_str());
      } catch (const Stopped&) {
        if (!world_.fatal()) out_.problems.push_back("it does not end: " + next.text);
        return;
      }
    }
    made_.insert(next.name);
  }

  bool everything_made() const { return made_.size() == program_.statements.size(); }

  // DROP in the middle of the work. It is made again as the next thing, or later.
  void drop_one() {
    std::vector<const Statement*> there;
    for (const Statement& statement : program_.statements)
      if (statement.droppable && made_.contains(statement.name)) there.push_back(&statement);
    if (there.empty() || program_.expires || world_.fatal()) return;
    const Statement& statement = *there[random_.below(there.size())];
    std::string text = std::string("DROP ") + (statement.makes_view ? "TABLE " : "STREAM ") +
                       statement.name + (random_.chance(0.7) ? " DELETE TOPIC" : "");
    say(text);
    reader_.expect_drops();
    dropping_ = statement.name;
    try {
      Status dropped = world_.execute(text, world_.app().new_session());
      if (world_.fatal()) return;
      if (!dropped.has_value() && dropped.error().code() != ErrorCode::disk_full)
        must(dropped, text.c_str());
      settle_drop();
    } catch (const Stopped&) {
      if (!world_.fatal()) out_.problems.push_back("it does not end: " + text);
    }
  }

  void settle_drop() {
    if (world_.app().catalogue().find(dropping_) == nullptr) {
      made_.erase(dropping_);
      ++again_[dropping_];
      ++out_.drops;
    }
    dropping_.clear();
  }

  // It goes to a topic that is there, with what an earlier query of this name wrote.
  void note_topic(const std::string& name) {
    if (world_.log().topic(name).has_value()) {
      kept_.insert(name);
    } else {
      kept_.erase(name);
    }
  }

  void work_until_finished() {
    auto finished = [&] {
      for (const Client& client : clients_)
        if (!client.finished()) return false;
      return true;
    };
    for (int steps = 0; !finished() && fine(); ++steps) {
      if (steps > kFinishingStepsMax) return out_.problems.push_back("clients do not finish");
      for (Client& client : clients_) client.step(world_);
      world_.runtime().step();
      world_.log().sync_once();
    }
  }

  void finish() {
    while (!everything_made() && fine()) make_next();
    work_until_finished();
    if (!fine()) return;
    must(world_.settle(), "settling at the end");
    if (!world_.runtime().level_with(world_.runtime().input_ends()))
      out_.problems.push_back("not everything was taken in at the end");
    if (fine() && !reader_.ask_for_all(world_, made_))
      out_.problems.push_back("not all views answer at the end");
  }

  Outcome close() {
    std::string all;
    for (const Client& client : clients_) {
      for (const Request& request : client.requests()) {
        out_.acknowledged += request.fate == Request::Fate::acknowledged;
        for (Place place : request.places) all += std::to_string(place.offset) + ",";
      }
    }
    all += std::to_string(world_.disk().changes());
    out_.mark = crc32c(all);
    out_.reads = reader_.answered();
    for (const Follower& follower : followers_) {
      out_.changes += follower.changes();
      out_.resumed += follower.resumed();
    }
    return std::move(out_);
  }

  bool verbose_;
  Outcome out_;
  io::SeededRandom random_;
  World world_;
  Program program_;
  Events events_{random_};
  Topics topics_;
  Reader reader_;
  std::deque<Client> clients_;
  std::deque<Follower> followers_;
  std::set<std::string> made_;
  std::map<std::string, int> again_;  // how often it was dropped
  std::set<std::string> kept_;        // made again over the topic that was there
  std::string dropping_;              // it is not known whether it is gone
};

}  // namespace

Outcome run_seed(uint64_t seed, const Planted& planted, bool verbose) {
  return Run(seed, planted, verbose).run();
}

}  // namespace leat::system_sim
