#include "follower.h"

#include <algorithm>

#include "service/api.h"

namespace leat::system_sim {
namespace {

std::string after(const std::string& text, const std::string& what) {
  size_t at = text.find(what);
  return at == std::string::npos ? "" : text.substr(at + what.size());
}

/// "key" or "key@window start" of {"key":"..","window":{..}?,"value":..}.
std::string key_in(const std::string& data) {
  std::string key = after(data, "{\"key\":");
  key = key.substr(0, key.find(','));
  std::erase(key, '"');
  std::string start = after(data, "\"window\":{\"start\":");
  return start.empty() ? key : key + "@" + start.substr(0, start.find(','));
}

/// The columns as text; empty: deleted.
std::string columns_in(const std::string& data) {
  std::string value = after(data, "\"value\":");
  return value == "null}" ? "" : columns_of(value);
}

bool readable(const Record& record) {
  return record.key && record.value.value_or("").find("no JSON") == std::string::npos;
}

}  // namespace

/// What the server has written and the client has not read.
class Follower::Stream final : public service::HttpStream {
 public:
  bool write(std::string bytes) override {
    if (gone) return false;
    text += bytes;
    return true;
  }
  size_t queued() const override { return text.size(); }
  bool closed() const override { return gone; }
  void on_close(std::function<void()>) override {}
  void finish() override { finished = true; }

  std::string text;
  bool gone = false;      // the client
  bool finished = false;  // the server
};

class Follower::Reply final : public service::HttpReply {
 public:
  explicit Reply(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
  void send(service::HttpResponse) override { stream_->finished = true; }  // later, then
  std::shared_ptr<service::HttpStream> stream(service::HttpResponse) override { return stream_; }

 private:
  std::shared_ptr<Stream> stream_;
};

void Follower::connect(World& world) {
  stream_ = std::make_shared<Stream>();
  service::HttpRequest request;
  request.method = "GET";
  request.path = {"v1", "changes", view_};
  if (!last_id_.empty()) {
    request.headers["last-event-id"] = last_id_;
    ++resumed_;
  } else {
    ready_ = false;
    rows_.clear();
  }
  world.api().handle(std::move(request), std::make_shared<Reply>(stream_));
}

void Follower::step(World& world) {
  if (!stream_) connect(world);
  world.api().pump();
  take(world);
  if (stream_->finished) stream_.reset();
  if (stream_ && random_.chance(0.1)) {
    stream_->gone = true;
    stream_.reset();
  }
}

void Follower::take(World& world) {
  for (size_t end; (end = stream_->text.find("\n\n")) != std::string::npos;) {
    std::string event = stream_->text.substr(0, end);
    stream_->text.erase(0, end + 2);
    take_event(world, event);
  }
}

void Follower::take_event(World& world, const std::string& text) {
  std::string id = after(text, "id: ");
  id = text.starts_with("id: ") ? id.substr(0, id.find('\n')) : "";
  std::string name = after(text, "event: ");
  name = name.substr(0, name.find('\n'));
  std::string data = after(text, "data: ");
  if (!id.empty()) last_id_ = id;
  if (name == "reset") {
    ready_ = false;
    last_id_.clear();
    rows_.clear();
  } else if (name == "snapshot") {
    if (ready_) problems_.push_back("a row of a snapshot among changes of " + view_);
    rows_[key_in(data)] = columns_in(data);
  } else if (name == "ready") {
    auto began = runtime::from_token(id, world.log().incarnation());
    if (!began.has_value()) return problems_.push_back("the id of ready is no position");
    began_ = *began;
    seen_.clear();
    ready_ = true;
  } else if (name == "change") {
    if (!ready_) problems_.push_back("a change before the snapshot of " + view_);
    ++changes_;
    std::string key = key_in(data), columns = columns_in(data);
    seen_[key].push_back(columns);
    if (columns.empty()) {
      rows_.erase(key);
    } else {
      rows_[key] = columns;
    }
  }
}

void Follower::check(World& world, Topics& topics, bool windowed, bool kept) {
  for (int i = 0; i < 200 && !(stream_ && ready_); ++i) {
    step(world);
    (void)world.settle().has_value();
  }
  if (!stream_ || !ready_) return problems_.push_back("nobody can follow " + view_);
  for (int i = 0; i < 3; ++i) {
    world.api().pump();
    take(world);
  }
  auto topic = world.log().topic(view_);
  if (!topic.has_value()) return problems_.push_back("there is no topic of " + view_);
  std::map<std::string, std::vector<std::string>> expected;
  std::map<std::string, std::string> last;
  const Records& records = topics.of(view_);
  for (size_t p = 0; p < records.size(); ++p) {
    auto from = began_.find({topic->id, PartitionId(static_cast<int32_t>(p))});
    size_t begin = from == began_.end() ? 0 : static_cast<size_t>(from->second.value);
    for (size_t i = 0; i < records[p].size(); ++i) {
      const Record& record = records[p][i];
      if (!readable(record)) continue;
      std::string key = table_key(record, windowed);
      std::string columns = record.value ? columns_of(*record.value) : "";
      if (i >= begin) expected[key].push_back(columns);
      if (columns.empty()) {
        last.erase(key);
      } else {
        last[key] = columns;
      }
    }
  }
  for (const auto& [key, changes] : expected)
    if (seen_[key] != changes)
      return problems_.push_back("who follows " + view_ + " has seen " +
                                 std::to_string(seen_[key].size()) + " changes of " + key + " of " +
                                 std::to_string(changes.size()));
  for (const auto& [key, changes] : seen_)
    if (!changes.empty() && !expected.contains(key))
      return problems_.push_back("who follows " + view_ + " has seen changes of " + key +
                                 " that never were");
  if (kept || last == rows_) return;
  for (const auto& [key, columns] : last)
    if (!rows_.contains(key) || rows_[key] != columns)
      return problems_.push_back("who follows " + view_ + " has " + key + " as " + rows_[key] +
                                 ", not " + columns);
  problems_.push_back("who follows " + view_ + " has rows too many");
}

}  // namespace leat::system_sim
