// POST and GET of records, GET of topics.
#include <algorithm>
#include <charconv>

#include <simdjson.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "data/json_value.h"
#include "data/record_batch.h"
#include "runtime/dead_letters.h"
#include "service/api.h"
#include "service/outgoing.h"

namespace leat::service {
namespace {

constexpr size_t kRecordBytesMax = 1024 * 1024;
constexpr size_t kIdempotencyKeyBytesMax = 256;
constexpr int64_t kRecordsMax = 10'000;
constexpr size_t kReadBytes = 4 * 1024 * 1024;

Status check_sizes(const std::vector<IncomingRecord>& records) {
  for (size_t i = 0; i < records.size(); ++i) {
    size_t bytes = records[i].value.size() + (records[i].key ? records[i].key->size() : 0);
    if (bytes > kRecordBytesMax)
      return Error(
          ErrorCode::invalid_data,
          "record " + std::to_string(i) + " is too large: " + std::to_string(bytes) + " bytes",
          "a record has at most " + std::to_string(kRecordBytesMax) + " bytes");
  }
  return {};
}

}  // namespace

void Api::post_records(const std::string& topic, const HttpRequest& request, const Reply& reply) {
  auto records = parse_incoming(request.body);
  if (!records.has_value()) return reply->send(problem(records.error()));
  if (Status sizes = check_sizes(*records); !sizes.has_value())
    return reply->send(problem(sizes.error()));
  std::optional<std::string> key;
  if (auto header = request.header("idempotency-key")) {
    if (header->empty() || header->size() > kIdempotencyKeyBytesMax)
      return reply->send(
          problem(Error(ErrorCode::invalid_argument, "Idempotency-Key must have 1 to 256 bytes")));
    key = std::string(*header);
  }
  uint64_t hash = XXH3_64bits(request.body.data(), request.body.size());
  app_.produce(
      topic, *records, std::move(key), hash, [this, reply](Result<Application::Accepted> accepted) {
        if (!accepted.has_value()) {
          // The only conflict here: an idempotency key that was used for another body.
          bool reused = accepted.error().code() == ErrorCode::conflict;
          return reply->send(
              problem(accepted.error(), reused ? std::optional<int>(422) : std::nullopt));
        }
        std::string body = "{\"position\":\"" +
                           runtime::to_token(accepted->position, app_.log().incarnation()) +
                           "\",\"records\":[";
        for (size_t i = 0; i < accepted->records.size(); ++i) {
          if (i > 0) body += ',';
          body += "{\"partition\":" + std::to_string(accepted->records[i].first) +
                  ",\"offset\":" + std::to_string(accepted->records[i].second) + "}";
        }
        reply->send(json_response(body + "]}"));
      });
}

namespace {

void append_columns(std::string& body, const Schema& schema) {
  body += ",\"columns\":[";
  for (size_t i = 0; i < schema.width(); ++i) {
    if (i > 0) body += ',';
    body += "{\"name\":";
    append_json_string(body, schema.at(i).name);
    body += ",\"type\":";
    append_json_string(body, schema.at(i).type.to_string());
    body += std::string(",\"key\":") + (i < schema.key.size() ? "true" : "false") + "}";
  }
  body += "]";
}

void append_topic(std::string& body, Application& app, const TopicInfo& topic) {
  const Log& log = app.log();
  body += "{\"name\":";
  append_json_string(body, topic.name);
  body += ",\"partitions\":[";
  for (int32_t p = 0; p < topic.config.partitions; ++p) {
    auto bounds = log.bounds({topic.id, PartitionId(p)});
    if (!bounds.has_value()) continue;
    if (p > 0) body += ',';
    body += "{\"partition\":" + std::to_string(p) +
            ",\"start\":" + std::to_string(bounds->start.value) +
            ",\"end\":" + std::to_string(bounds->durable_end.value) + "}";
  }
  body += "],\"retention_ms\":" + std::to_string(topic.config.retention_ms) +
          ",\"retention_bytes\":" + std::to_string(topic.config.retention_bytes);
  if (auto schema = app.schema_of_topic(topic.name)) append_columns(body, schema->schema);
  body += "}";
}

/// {"name":"t","partitions":4,"retention_ms":-1,"retention_bytes":-1}
Result<std::pair<std::string, TopicConfig>> parse_topic(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  auto bad = [](const std::string& why) {
    return Error(ErrorCode::invalid_argument, "not a topic: " + why,
                 R"(the form is {"name":"t","partitions":4})");
  };
  if (parser.parse(body).get_object().get(object) != simdjson::SUCCESS)
    return bad("it is not a JSON object");
  std::pair<std::string, TopicConfig> topic;
  for (auto [name, value] : object) {
    std::string_view text;
    int64_t number = 0;
    if (name == "name" && value.get_string().get(text) == simdjson::SUCCESS) {
      topic.first = std::string(text);
    } else if (value.get_int64().get(number) != simdjson::SUCCESS) {
      return bad("unknown or ill-typed member " + std::string(name));
    } else if (name == "partitions" && number >= 1 && number <= 100'000) {
      topic.second.partitions = static_cast<int32_t>(number);
    } else if (name == "retention_ms") {
      topic.second.retention_ms = number;
    } else if (name == "retention_bytes") {
      topic.second.retention_bytes = number;
    } else {
      return bad("unknown member or value out of range: " + std::string(name));
    }
  }
  if (topic.first.empty()) return bad("name is missing");
  return topic;
}

}  // namespace

void Api::get_topics(const Reply& reply) {
  std::string body = "{\"rows\":[";
  bool first = true;
  for (const TopicInfo& topic : app_.log().topics()) {
    if (!first) body += ',';
    first = false;
    append_topic(body, app_, topic);
  }
  reply->send(json_response(body + "]}"));
}

void Api::get_topic(const std::string& name, const Reply& reply) {
  auto topic = app_.log().topic(name);
  if (!topic.has_value()) return reply->send(problem(topic.error()));
  std::string body;
  append_topic(body, app_, *topic);
  reply->send(json_response(std::move(body)));
}

void Api::post_topic(const HttpRequest& request, const Reply& reply) {
  auto wanted = parse_topic(request.body);
  if (!wanted.has_value()) return reply->send(problem(wanted.error()));
  run_waiting(reply, [this, reply, wanted = *std::move(wanted)] {
    auto topic = app_.log().create_topic(wanted.first, wanted.second);
    topic.has_value() ? get_topic(wanted.first, reply) : reply->send(problem(topic.error()));
  });
}

void Api::delete_topic(const std::string& name, const Reply& reply) {
  run_waiting(reply, [this, reply, name] {
    if (name == runtime::dead_letter_topic(app_.id())) {
      return reply->send(problem(
          Error(ErrorCode::conflict, "topic " + name + " takes the dead letters of " + app_.id(),
                "it stays as long as its application; leat dlq list shows what it holds")));
    }
    sql::Catalogue catalogue = app_.catalogue();
    if (auto users = catalogue.of_topic(name); !users.empty()) {
      return reply->send(
          problem(Error(ErrorCode::conflict, "topic " + name + " is used by " + users.front()->name,
                        "DROP " + users.front()->name + " DELETE TOPIC; drops both")));
    }
    Status deleted = app_.log().delete_topic(name);
    reply->send(deleted.has_value() ? json_response("{}") : problem(deleted.error()));
  });
}

namespace {

/// An offset, "beginning", "end", or the first record of a time ("t:MILLISECONDS").
Result<Offset> offset_from(Log& log, const TopicPartition& partition, const Bounds& bounds,
                           std::string_view text) {
  if (text == "beginning") return bounds.start;
  if (text == "end") return bounds.durable_end;
  bool time = text.starts_with("t:");
  std::string_view digits = time ? text.substr(2) : text;
  int64_t value = 0;
  auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (bad != std::errc() || end != digits.data() + digits.size())
    return Error(ErrorCode::invalid_argument, "from cannot be " + std::string(text),
                 "it is an offset, beginning, end, or t:MS for the first record of a time");
  if (time) return log.find_by_time(partition, value);
  if (value < bounds.start.value || value > bounds.durable_end.value)
    return Error(ErrorCode::out_of_range,
                 "partition " + std::to_string(partition.partition.value) + " has no offset " +
                     std::to_string(value),
                 "it has " + std::to_string(bounds.start.value) + " to " +
                     std::to_string(bounds.durable_end.value));
  return Offset(value);
}

Result<std::string> read_records(Application& app, const std::string& name,
                                 const HttpRequest& request) {
  LEAT_TRY(TopicInfo topic, app.log().topic(name));
  LEAT_TRY(std::optional<int64_t> p, number_parameter(request, "partition"));
  LEAT_TRY(std::optional<int64_t> max, number_parameter(request, "max"));
  int64_t wanted = std::clamp<int64_t>(max.value_or(100), 0, kRecordsMax);
  if (p.value_or(0) < 0 || p.value_or(0) >= topic.config.partitions)
    return Error(ErrorCode::not_found, "topic " + name + " has " +
                                           std::to_string(topic.config.partitions) + " partitions");
  TopicPartition partition{topic.id, PartitionId(static_cast<int32_t>(p.value_or(0)))};
  LEAT_TRY(Bounds bounds, app.log().bounds(partition));
  LEAT_TRY(Offset next, offset_from(app.log(), partition, bounds,
                                    request.parameter("from").value_or("beginning")));
  std::string rows;
  int64_t count = 0;
  while (count < wanted && next < bounds.durable_end && rows.size() < kReadBytes) {
    LEAT_TRY(Fetched fetched, app.log().read(partition, next, 256 * 1024, Visibility::durable));
    RecordColumns records;
    for (ByteView batch : fetched.batches) LEAT_CHECK(decode_records(batch, records));
    for (OutgoingRecord& record : render_topic(app, name, partition.partition.value, records)) {
      if (record.offset < next.value || count >= wanted) continue;
      if (count++ > 0) rows += ',';
      rows += record.json;
      next = Offset(record.offset + 1);
    }
    if (fetched.batches.empty()) break;
    if (count < wanted) next = fetched.next;
  }
  return "{\"rows\":[" + rows + "],\"next\":" + std::to_string(next.value) +
         ",\"end\":" + std::to_string(bounds.durable_end.value) + "}";
}

}  // namespace

void Api::get_records(const std::string& topic, const HttpRequest& request, const Reply& reply) {
  at_or_after(request, reply, [this, topic, request, reply] {
    auto body = read_records(app_, topic, request);
    reply->send(body.has_value() ? json_response(*std::move(body)) : problem(body.error()));
  });
}

}  // namespace leat::service
