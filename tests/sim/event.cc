#include "event.h"

#include <charconv>

#include "data/record_batch.h"

namespace leat::system_sim {
namespace {
constexpr TimeMs kDay = 86'400'000;
constexpr const char* kIdHeader = "event";
}  // namespace

std::optional<std::string> value_of(const Event& event) {
  if (event.unreadable) return "{\"id\":" + std::to_string(event.id) + ", and no JSON";
  if (event.topic == "products") {
    if (!event.category) return std::nullopt;
    return "{\"category\":\"" + *event.category + "\"}";
  }
  std::string text = "{\"id\":" + std::to_string(event.id);
  if (event.topic == "orders")
    text += ",\"product\":" + (event.product ? "\"" + *event.product + "\"" : "null");
  return text + ",\"cents\":" + std::to_string(event.cents) + "}";
}

service::IncomingRecord posted(const Event& event) {
  service::IncomingRecord record;
  if (event.key) record.key = "\"" + *event.key + "\"";
  record.value = value_of(event).value_or("null");
  record.timestamp = event.time;
  record.headers.emplace_back(kIdHeader, std::to_string(event.id));
  return record;
}

std::string headers_of(const Event& event) {
  std::string id = std::to_string(event.id);
  return encode_headers({{kIdHeader, id}});
}

int64_t id_in(ByteView headers) {
  if (headers.empty()) return 0;
  auto decoded = decode_headers(headers);
  if (!decoded.has_value()) return 0;
  for (const RecordHeader& header : *decoded) {
    if (header.key != kIdHeader) continue;
    int64_t id = 0;
    std::from_chars(header.value.data(), header.value.data() + header.value.size(), id);
    return id;
  }
  return 0;
}

Event& Events::add(const std::string& topic, TimeMs now) {
  Event& event = events_.emplace_back();
  event.id = static_cast<int64_t>(events_.size());
  event.topic = topic;
  event.time = now - static_cast<TimeMs>(random_.below(random_.chance(0.1) ? 200'000 : 20'000));
  event.cents = 1 + static_cast<int64_t>(random_.below(1000));
  return event;
}

std::string Events::name(const char* prefix, uint64_t count) {
  return prefix + std::to_string(random_.below(count));
}

const Event& Events::order(TimeMs now) {
  Event& event = add("orders", now);
  if (random_.chance(0.95)) event.key = name("customer", 9);
  if (random_.chance(0.95)) event.product = name("product", 7);
  event.unreadable = random_.chance(0.03);
  event.far_future = !event.unreadable && random_.chance(0.01);
  if (event.far_future) event.time = now + 100 * kDay;
  return event;
}

const Event& Events::product(TimeMs now) {
  Event& event = add("products", now);
  event.key = name("product", 8);
  if (random_.chance(0.85)) event.category = name("category", 3);
  event.unreadable = random_.chance(0.03);
  return event;
}

// Changes no sum, so that everything adds up to nothing whatever part of these has come.
const Event& Events::entry(TimeMs now) {
  Event& event = add("entries", now);
  event.key = "outside" + std::to_string(event.id);
  event.cents = 0;
  return event;
}

}  // namespace leat::system_sim
