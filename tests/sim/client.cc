#include "client.h"

#include <algorithm>

#include "base/murmur2.h"
#include "data/record_batch.h"

namespace leat::system_sim {

using Fate = Request::Fate;

void Client::plan(int products, int orders, int entries) {
  std::vector<std::string> later;
  for (int i = 0; i < orders; ++i) later.push_back("orders");
  for (int i = 0; i < entries; ++i) later.push_back("entries");
  for (size_t i = later.size(); i > 1; --i) std::swap(later[i - 1], later[random_.below(i)]);
  left_ = std::move(later);
  for (int i = 0; i < products; ++i)
    left_.insert(left_.begin() + static_cast<ptrdiff_t>(random_.below(left_.size() + 1)),
                 "products");
}

bool Client::settled() const {
  const Request& last = requests_.back();
  return last.fate == Fate::acknowledged || (last.fate == Fate::unknown && last.key.empty());
}

void Client::step(World& world) {
  if (!requests_.empty() && !settled()) {
    Request& request = requests_.back();
    if (request.fate != Fate::waiting) send(world, request);
    return;
  }
  if (random_.chance(0.1)) return send_twice(world);
  if (left_.empty()) return;
  std::string topic = left_.back();
  left_.pop_back();
  begin(world, topic);
}

void Client::begin(World& world, const std::string& topic) {
  Request& request = requests_.emplace_back();
  if (random_.chance(0.8))
    request.key = "client" + std::to_string(number_) + "-" + std::to_string(requests_.size());
  TimeMs now = world.clock().now_ms();
  for (uint64_t n = 1 + random_.below(5); n > 0; --n) {
    const Event& event = topic == "orders"     ? events_.order(now)
                         : topic == "products" ? events_.product(now)
                                               : events_.entry(now);
    request.events.push_back(&event);
    request.raw = request.raw || event.bad();
  }
  send(world, request);
}

void Client::send(World& world, Request& request) {
  request.fate = Fate::waiting;
  ++request.sent;
  if (request.raw) return send_raw(world, request);
  std::vector<service::IncomingRecord> records;
  for (const Event* event : request.events) records.push_back(posted(*event));
  std::optional<std::string> key;
  if (!request.key.empty()) key = request.key;
  world.app().produce(request.events[0]->topic, records, key,
                      static_cast<uint64_t>(request.events[0]->id),
                      [this, &request](auto answer) { answered(request, std::move(answer)); });
}

void Client::send_raw(World& world, Request& request) {
  TopicInfo topic = world.log().topic(request.events[0]->topic).value();
  std::map<int32_t, RecordBatchBuilder> batches;
  std::vector<std::pair<int32_t, int64_t>> inside;
  for (const Event* event : request.events) {
    int32_t count = topic.config.partitions;
    int32_t partition =
        event->key ? partition_for(*event->key, count) : static_cast<int32_t>(event->id) % count;
    RecordBatchBuilder& batch = batches[partition];
    inside.emplace_back(partition, static_cast<int64_t>(batch.count()));
    auto value = value_of(*event);
    batch.add(event->time, event->key ? ByteView(*event->key) : kNullBytes,
              value ? ByteView(*value) : kNullBytes, headers_of(*event));
  }
  AppendRequest append;
  for (auto& [partition, batch] : batches)
    append.appends.push_back({{topic.id, PartitionId(partition)},
                              std::string(batch.finish()),
                              static_cast<int32_t>(batch.count())});
  if (!request.key.empty()) append.idempotency_key = request.key;
  append.body_hash = static_cast<uint64_t>(request.events[0]->id);
  std::vector<TopicPartition> partitions;
  for (const auto& one : append.appends) partitions.push_back(one.partition);
  world.log().append(std::move(append), [this, &request, partitions, inside](auto appended) {
    if (!appended.has_value()) return answered(request, std::move(appended).error());
    service::Application::Accepted accepted;
    std::map<int32_t, int64_t> bases;
    for (size_t i = 0; i < partitions.size(); ++i)
      bases[partitions[i].partition.value] = appended->base_offsets[i].value;
    for (auto [partition, index] : inside) {
      accepted.records.emplace_back(partition, bases[partition] + index);
      Offset& end = accepted.position[{partitions[0].topic, PartitionId(partition)}];
      end = std::max(end, Offset(bases[partition] + index + 1));
    }
    answered(request, std::move(accepted));
  });
}

void Client::answered(Request& request, Result<service::Application::Accepted> answer) {
  if (!answer.has_value()) {
    if (!request.places.empty()) {  // it was sent again, and stays as it is
      request.fate = Fate::acknowledged;
      return;
    }
    switch (answer.error().code()) {
      case ErrorCode::outcome_unknown: request.fate = Fate::unknown; return;
      case ErrorCode::disk_full:
      case ErrorCode::resource_exhausted: request.fate = Fate::refused; return;
      case ErrorCode::io:  // the log has stopped
        request.fate = Fate::refused;
        return;
      default:
        request.fate = Fate::refused;
        problems_.push_back("a request was refused: " + answer.error().to_string());
    }
    return;
  }
  std::vector<Place> places;
  for (auto [partition, offset] : answer->records) places.push_back({partition, offset});
  if (!request.places.empty() && request.places != places)
    problems_.push_back("a request sent again was answered otherwise: " + request.key);
  request.places = std::move(places);
  request.position = std::move(answer->position);
  request.fate = Fate::acknowledged;
}

// A client that did not hear its answer: it must get the same one, and nothing is added.
void Client::send_twice(World& world) {
  if (requests_.empty()) return;
  Request& request = requests_[random_.below(requests_.size())];
  if (request.fate == Fate::acknowledged && !request.key.empty()) send(world, request);
}

void Client::lost_server() {
  for (Request& request : requests_) {
    if (request.fate != Fate::waiting) continue;
    request.fate = request.places.empty() ? Fate::unknown : Fate::acknowledged;
  }
}

}  // namespace leat::system_sim
