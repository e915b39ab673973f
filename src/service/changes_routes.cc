// Server-Sent Events of a view: its rows, `ready`, then its changes. The view's change log is the
// topic that its changes go to, and an event's id is a position in it, so that a client goes on
// where it was, also after a restart.
#include "data/canonical_key.h"
#include "data/json_value.h"
#include "data/record_batch.h"
#include "service/api.h"
#include "service/outgoing.h"
#include "service/view_json.h"

namespace leat::service {
namespace {

constexpr size_t kReadBytes = 64 * 1024;

std::string event(std::string_view name, const std::string& id, std::string_view data) {
  std::string out;
  if (!id.empty()) out += "id: " + id + "\n";
  out += "event: ";
  out += name;
  out += "\ndata: ";
  out += data;
  return out + "\n\n";
}

class ChangesFeed final : public Feed {
 public:
  ChangesFeed(Application& app, TopicInfo topic, TopicSchema schema,
              std::optional<std::string> key_json, std::shared_ptr<HttpStream> stream,
              runtime::Position position)
      : app_(app),
        topic_(std::move(topic)),
        schema_(std::move(schema)),
        key_json_(std::move(key_json)),
        stream_(std::move(stream)),
        position_(std::move(position)) {}

  bool pump() override {
    for (int32_t p = 0; p < topic_.config.partitions; ++p) {
      while (stream_->queued() < kFeedQueueBytes) {
        auto more = pump_partition(PartitionId(p));
        if (!more.has_value()) {
          std::string data;
          append_json_string(data, more.error().to_string());
          stream_->write(event("reset", "", data));
          stream_->finish();
          return false;
        }
        if (!*more) break;
      }
    }
    if (stream_->closed()) return false;
    return true;
  }

 private:
  Result<bool> pump_partition(PartitionId p) {
    TopicPartition partition{topic_.id, p};
    LEAT_TRY(Bounds bounds, app_.log().bounds(partition));
    Offset next = position_[partition];
    if (next >= bounds.durable_end) return false;
    LEAT_TRY(Fetched fetched, app_.log().read(partition, next, kReadBytes, Visibility::durable));
    RecordColumns records;
    for (ByteView batch : fetched.batches) LEAT_CHECK(decode_records(batch, records));
    std::vector<ByteView> keys(records.keys.begin(), records.keys.end());
    std::vector<TimeMs> starts;
    if (schema_.window_size) split_windowed_keys(keys, starts);
    auto key_side = decode_side(schema_.key_format, schema_.schema.key, true, keys);
    auto value_side =
        decode_side(schema_.value_format, schema_.schema.value, false, records.values);
    std::string out;
    for (size_t i = 0; i < records.size(); ++i) {
      // What cannot be read changed nothing in the view of a declared table either.
      if (records.offsets[i] < next.value || key_side == nullptr || key_side->failed[i] ||
          is_null(keys[i]) || (value_side != nullptr && value_side->failed[i]))
        continue;
      std::string key;
      append_json_key(key, key_side->views, i);
      if (key_json_ && key != *key_json_) continue;
      position_[partition] = Offset(records.offsets[i] + 1);
      std::string data = "{\"key\":" + key;
      if (schema_.window_size)
        append_json_window(data, starts[i], starts[i] + *schema_.window_size);
      data += ",\"value\":";
      if (is_null(records.values[i])) {
        data += "null";
      } else if (value_side == nullptr) {
        data += "{}";
      } else {
        append_json_object(data, schema_.schema.value, value_side->views, i);
      }
      data += "}";
      out += event("change", runtime::to_token(position_, app_.log().incarnation()), data);
    }
    position_[partition] = fetched.next;
    if (!out.empty() && !stream_->write(std::move(out))) return false;
    return !fetched.batches.empty();
  }

  Application& app_;
  TopicInfo topic_;
  TopicSchema schema_;
  std::optional<std::string> key_json_;
  std::shared_ptr<HttpStream> stream_;
  runtime::Position position_;
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
  TopicSchema schema{source->schema, source->key_format, source->value_format, true, std::nullopt};
  if (view->info.window) schema.window_size = view->info.window->size_ms;

  runtime::ReadRequest read;
  std::optional<std::string> key_json;
  if (key) {
    auto canonical = key_from_text(view->info.schema, *key);
    if (!canonical.has_value()) return reply->send(problem(canonical.error()));
    read.views.push_back({view->id, *canonical, {}});
    std::vector<Type> types;
    for (const Field& field : view->info.schema.key) types.push_back(field.type);
    Arena arena;
    std::vector<Column> columns;
    std::vector<const Column*> views;
    if (decode_canonical(*canonical, types, arena, columns).has_value()) {
      for (const Column& column : columns) views.push_back(&column);
      append_json_key(key_json.emplace(), views, 0);
    }
  } else {
    read.views.push_back({view->id, std::nullopt, {}});
  }

  HttpResponse head;
  head.content_type = "text/event-stream";
  auto last_id = request.header("last-event-id");
  if (last_id) {
    auto position = runtime::from_token(*last_id, app_.log().incarnation());
    if (position.has_value() && can_resume(app_, *topic, *position)) {
      auto stream = reply->stream(head);
      feeds_.add(std::make_unique<ChangesFeed>(app_, *topic, schema, key_json, stream, *position));
      return;
    }
  }
  app_.runtime().read(std::move(read), [this, reply, head, schema, key_json, topic = *topic,
                                        view = *std::move(view), reset = last_id.has_value()](
                                           Result<runtime::ReadAnswer> answer) {
    if (!answer.has_value()) return reply->send(problem(answer.error()));
    auto stream = reply->stream(head);
    const runtime::ViewRows& rows = answer->views[0];
    std::string out;
    if (reset) out += event("reset", "", "{}");
    for (size_t row = 0; row < rows.rows->rows(); ++row) {
      std::string data;
      append_view_row(data, view.info, *rows.rows, row);
      out += event("snapshot", "", data);
    }
    out += event("ready", runtime::to_token(rows.changes, app_.log().incarnation()), "{}");
    stream->write(std::move(out));
    feeds_.add(std::make_unique<ChangesFeed>(app_, topic, schema, key_json, stream, rows.changes));
  });
}

}  // namespace leat::service
