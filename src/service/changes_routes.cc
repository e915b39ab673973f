// Server-Sent Events of a view: its rows, `ready`, then its changes. The view's change log is the
// topic that its changes go to, and an event's id is a position in it, so that a client goes on
// where it was, also after a restart.
#include "data/canonical_key.h"
#include "data/json_value.h"
#include "data/record_batch.h"
#include "service/api.h"
#include "service/outgoing.h"
#include "service/paced_writer.h"
#include "service/view_json.h"

namespace leat::service {
namespace {

constexpr size_t kReadBytes = 64 * 1024;
constexpr int64_t kPingNs = 15'000'000'000;  // a comment when nothing else is sent

std::string event(std::string_view name, const std::string& id, std::string_view data) {
  std::string out;
  if (!id.empty()) out += "id: " + id + "\n";
  out += "event: ";
  out += name;
  out += "\ndata: ";
  out += data;
  return out + "\n\n";
}

/// What is followed: a view's topic, and of it one key or all.
struct Followed {
  TopicInfo topic;
  TopicSchema schema;
  std::optional<std::string> key_json;
};

class ChangesFeed final : public Feed {
 public:
  /// `head`: what comes before the changes from `position` on.
  ChangesFeed(Application& app, Followed followed, std::shared_ptr<HttpStream> stream,
              runtime::Position position, std::string_view head)
      : app_(app),
        topic_(std::move(followed.topic)),
        schema_(std::move(followed.schema)),
        key_json_(std::move(followed.key_json)),
        out_(std::move(stream)),
        position_(std::move(position)) {
    send(head);
  }

  bool pump() override {
    for (int32_t p = 0; p < topic_.config.partitions && !ended_; ++p) {
      while (out_.flush()) {
        auto more = pump_partition(PartitionId(p));
        if (more.has_value() && *more) continue;
        if (!more.has_value()) {  // the topic is gone, with its view
          std::string data;
          append_json_string(data, more.error().to_string());
          send(event("reset", "", data));
          ended_ = true;
        }
        break;
      }
    }
    bool idle = out_.flush() && out_.empty();
    if (ended_ && idle) out_.finish();
    if (idle && app_.clock().monotonic_ns() - sent_ns_ > kPingNs) send(": nothing new\n\n");
    return !out_.closed() && !(ended_ && idle);
  }

 private:
  void send(std::string_view text) {
    out_.add(text);
    sent_ns_ = app_.clock().monotonic_ns();
  }

  Result<bool> pump_partition(PartitionId p) {
    TopicPartition partition{topic_.id, p};
    LEAT_TRY(Bounds bounds, app_.log().bounds(partition));
    Offset next = position_[partition];
    if (next >= bounds.durable_end) return false;
    LEAT_TRY(Fetched fetched, app_.log().read(partition, next, kReadBytes, Visibility::durable));
    RecordColumns records;
    for (ByteView batch : fetched.batches) LEAT_CHECK(decode_records(batch, records));
    add_changes(partition, next, records);
    position_[partition] = fetched.next;
    return !fetched.batches.empty();
  }

  void add_changes(const TopicPartition& partition, Offset next, const RecordColumns& records) {
    std::vector<ByteView> keys(records.keys.begin(), records.keys.end());
    std::vector<TimeMs> starts;
    if (schema_.window_size) split_windowed_keys(keys, starts);
    auto key_side = decode_side(schema_.key_format, schema_.schema.key, true, keys);
    auto value_side =
        decode_side(schema_.value_format, schema_.schema.value, false, records.values);
    if (key_side == nullptr) return;
    for (size_t i = 0; i < records.size(); ++i) {
      bool gone = is_null(records.values[i]);
      // What does not decode was a dead letter: it changed no row.
      bool bad = key_side->failed[i] || (!gone && value_side != nullptr && value_side->failed[i]);
      if (records.offsets[i] < next.value || bad || is_null(keys[i])) continue;
      std::string key;
      append_json_key(key, key_side->views, i);
      if (key_json_ && key != *key_json_) continue;
      position_[partition] = Offset(records.offsets[i] + 1);
      std::string data = "{\"key\":" + key;
      if (schema_.window_size)
        append_json_window(data, starts[i], starts[i] + *schema_.window_size);
      data += ",\"value\":";
      if (gone) {
        data += "null";
      } else if (value_side == nullptr) {
        data += "{}";
      } else {
        append_json_object(data, schema_.schema.value, value_side->views, i);
      }
      send(event("change", runtime::to_token(position_, app_.log().incarnation()), data + "}"));
    }
  }

  Application& app_;
  TopicInfo topic_;
  TopicSchema schema_;
  std::optional<std::string> key_json_;
  PacedWriter out_;
  runtime::Position position_;
  int64_t sent_ns_ = 0;
  bool ended_ = false;
};

/// Whether changes can be read on from `position`: the topic is the same one, and retention has not
/// passed it.
bool can_resume(Application& app, const TopicInfo& topic, const runtime::Position& position) {
  for (const auto& [partition, offset] : position)
    if (partition.topic != topic.id) return false;
  for (int32_t p = 0; p < topic.config.partitions; ++p) {
    TopicPartition partition{topic.id, PartitionId(p)};
    auto bounds = app.log().bounds(partition);
    auto at = position.find(partition);
    Offset offset = at == position.end() ? Offset(0) : at->second;
    if (!bounds.has_value() || offset < bounds->start || offset > bounds->durable_end) return false;
  }
  return true;
}

/// A canonical key as an event shows it.
std::optional<std::string> key_json(const Schema& schema, const std::string& canonical) {
  std::vector<Type> types;
  for (const Field& field : schema.key) types.push_back(field.type);
  Arena arena;
  std::vector<Column> columns;
  if (!decode_canonical(canonical, types, arena, columns).has_value()) return std::nullopt;
  std::vector<const Column*> views;
  for (const Column& column : columns) views.push_back(&column);
  std::string json;
  append_json_key(json, views, 0);
  return json;
}

HttpResponse event_stream() {
  HttpResponse head;
  head.content_type = "text/event-stream";
  return head;
}

std::string snapshot_events(const runtime::Runtime::ViewInfo& view, const runtime::ViewRows& rows,
                            const std::string& id) {
  std::string out;
  for (size_t row = 0; row < rows.rows->rows(); ++row) {
    std::string data;
    append_view_row(data, view, *rows.rows, row);
    out += event("snapshot", "", data);
  }
  return out + event("ready", id, "{}");
}

}  // namespace

void Api::get_changes(const std::string& name, std::optional<std::string> key,
                      const HttpRequest& request, const Reply& reply) {
  auto view = view_named(name);
  if (!view.has_value()) return reply->send(problem(view.error()));
  auto topic = app_.log().topic(view->info.changes_topic);
  if (!topic.has_value()) return reply->send(problem(topic.error()));
  sql::Catalogue catalogue = app_.catalogue();
  const sql::SourceDef* source = catalogue.find(name);
  if (source == nullptr)
    return reply->send(
        problem(Error(ErrorCode::not_found, "there is no table of this name: " + name)));
  Followed followed{*topic,
                    {source->schema, source->key_format, source->value_format, true, std::nullopt},
                    std::nullopt};
  if (view->info.window) followed.schema.window_size = view->info.window->size_ms;

  runtime::ReadRequest read;
  read.views.push_back({view->id, std::nullopt, {}});
  if (key) {
    auto canonical = key_from_text(view->info.schema, *key);
    if (!canonical.has_value()) return reply->send(problem(canonical.error()));
    read.views[0].key = *canonical;
    followed.key_json = key_json(view->info.schema, *canonical);
  }
  if (Status options = read_options(request, read); !options.has_value())
    return reply->send(problem(options.error()));

  auto last_id = request.header("last-event-id");
  if (last_id) {
    auto position = runtime::from_token(*last_id, app_.log().incarnation());
    if (position.has_value() && can_resume(app_, *topic, *position)) {
      feeds_.add(std::make_unique<ChangesFeed>(app_, std::move(followed),
                                               reply->stream(event_stream()), *position, ""));
      return;
    }
  }
  std::string before = last_id ? event("reset", "", "{}") : "";
  app_.runtime().read(
      std::move(read), [this, reply, followed = std::move(followed), info = view->info,
                        before = std::move(before)](Result<runtime::ReadAnswer> answer) {
        if (!answer.has_value()) return reply->send(problem(answer.error()));
        const runtime::ViewRows& rows = answer->views[0];
        std::string id = runtime::to_token(rows.changes, app_.log().incarnation());
        feeds_.add(std::make_unique<ChangesFeed>(app_, followed, reply->stream(event_stream()),
                                                 rows.changes,
                                                 before + snapshot_events(info, rows, id)));
      });
}

}  // namespace leat::service
