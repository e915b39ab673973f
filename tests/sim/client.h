#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "event.h"
#include "world.h"

namespace leat::system_sim {

/// What a run found wrong, in words.
using Problems = std::vector<std::string>;

/// Where a record is, as an answer said.
struct Place {
  int32_t partition = 0;
  int64_t offset = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

/// Records sent together, and what became of them as far as the client knows.
struct Request {
  enum class Fate : uint8_t { waiting, acknowledged, refused, unknown };
  std::vector<const Event*> events;
  std::string key;   // idempotency key; empty: it cannot be sent again once its fate is unknown
  bool raw = false;  // past the checks of a POST: encoded by the client
  Fate fate = Fate::refused;
  int sent = 0;
  std::vector<Place> places;  // when acknowledged
  runtime::Position position;
};

/// Posts requests one after the other, each until it knows what became of it: sends again after
/// a refusal, and after an unknown outcome where the request has a key.
class Client {
 public:
  Client(int number, Events& events, io::SeededRandom& random, Problems& problems)
      : number_(number), events_(events), random_(random), problems_(problems) {}

  /// What it sends: the number of requests of products, orders, entries.
  void plan(int products, int orders, int entries);
  bool finished() const { return left_.empty() && (requests_.empty() || settled()); }
  /// Sends something, or waits.
  void step(World& world);
  /// The server is gone: what waits for an answer will not get it.
  void lost_server();
  const std::deque<Request>& requests() const { return requests_; }

 private:
  bool settled() const;
  void begin(World& world, const std::string& topic);
  void send(World& world, Request& request);
  void send_raw(World& world, Request& request);
  void answered(Request& request, Result<service::Application::Accepted> answer);
  void send_twice(World& world);

  int number_;
  Events& events_;
  io::SeededRandom& random_;
  Problems& problems_;
  std::vector<std::string> left_;  // topics of requests to come, the last first
  std::deque<Request> requests_;   // the last one is at work
};

}  // namespace leat::system_sim
