#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/strong.h"
#include "io/random.h"
#include "service/incoming.h"

namespace leat::system_sim {

/// One record that somebody sends: what it says, and what is wrong with it.
struct Event {
  int64_t id = 0;  // also in a header of the record, by which it is recognised
  std::string topic;
  std::optional<std::string> key;
  std::optional<std::string> product;   // of an order
  std::optional<std::string> category;  // of a product; nullopt: it is deleted
  int64_t cents = 0;                    // of an order or an entry
  TimeMs time = 0;
  bool unreadable = false;  // no JSON
  bool far_future = false;
  bool bad() const { return unreadable || far_future; }
};

/// The value as it is in the log; nullopt: a tombstone.
std::optional<std::string> value_of(const Event& event);
/// The record as a client posts it.
service::IncomingRecord posted(const Event& event);
/// Encoded headers of its record.
std::string headers_of(const Event& event);
/// The id that headers_of() put there; 0 when the record is of no event.
int64_t id_in(ByteView headers);

/// Makes events at random and keeps them all. Times go on with the clock, and jump to and fro.
class Events {
 public:
  explicit Events(io::SeededRandom& random) : random_(random) {}
  const Event& order(TimeMs now);
  const Event& product(TimeMs now);
  const Event& entry(TimeMs now);
  const Event& at(int64_t id) const { return events_[static_cast<size_t>(id - 1)]; }
  bool has(int64_t id) const { return id >= 1 && id <= static_cast<int64_t>(events_.size()); }

 private:
  Event& add(const std::string& topic, TimeMs now);
  std::string name(const char* prefix, uint64_t count);
  io::SeededRandom& random_;
  std::deque<Event> events_;
};

}  // namespace leat::system_sim
