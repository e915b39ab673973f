#include "service/api.h"

#include <charconv>
#include <condition_variable>
#include <deque>
#include <thread>

namespace leat::service {

/// Runs statements one after the other: they wait for the disk, and the server's thread must not.
class Api::StatementThread {
 public:
  StatementThread() : thread_([this] { run(); }) {}
  ~StatementThread() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  /// False when too many wait already.
  bool post(std::function<void()> job) {
    constexpr size_t kWaitingMax = 256;
    {
      std::lock_guard lock(mutex_);
      if (jobs_.size() >= kWaitingMax) return false;
      jobs_.push_back(std::move(job));
    }
    wake_.notify_all();
    return true;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

namespace {

/// The methods of a path, as an Allow header has them; empty: there is no such path.
std::string methods_of(const std::vector<std::string>& path) {
  if (path.size() == 1 && (path[0] == "metrics" || path[0] == "healthz" || path[0] == "readyz"))
    return "GET, HEAD";
  if (path.size() < 2 || path[0] != "v1") return "";
  const std::string& what = path[1];
  size_t deep = path.size();
  if (what == "topics" && deep == 3) return "GET, HEAD, DELETE";
  if (what == "topics" && (deep == 2 || (deep == 4 && path[3] == "records")))
    return "GET, HEAD, POST";
  if (what == "views" && deep <= 4) return "GET, HEAD";
  if (what == "changes" && (deep == 3 || deep == 4)) return "GET, HEAD";
  if (what == "queries" && deep == 2) return "GET, HEAD";
  if ((what == "read" || what == "sql") && deep == 2) return "POST";
  return "";
}

}  // namespace

Api::Api(Application& app, std::function<void(std::string&)> log_metrics, bool threads)
    : app_(app),
      log_metrics_(std::move(log_metrics)),
      feeds_(app.log(), threads),
      statements_(threads ? std::make_unique<StatementThread>() : nullptr) {}

Api::~Api() { stop(); }

void Api::stop() {
  feeds_.stop();
  statements_.reset();
}

void Api::handle(HttpRequest request, std::shared_ptr<HttpReply> reply) {
  requests_.fetch_add(1, std::memory_order_relaxed);
  bool known = false;
  if (request.method == "GET") known = get(request, reply);
  if (request.method == "POST") known = post(request, reply);
  if (request.method == "DELETE" && request.path.size() == 3 && request.path[0] == "v1" &&
      request.path[1] == "topics") {
    delete_topic(request.path[2], reply);
    known = true;
  }
  if (known) return;
  std::string target;
  for (const std::string& segment : request.path) target += "/" + segment;
  if (std::string allowed = methods_of(request.path); !allowed.empty()) {
    HttpResponse response =
        problem(Error(ErrorCode::invalid_argument, request.method + " does not apply to " + target,
                      "it takes " + allowed),
                405);
    response.headers.emplace_back("Allow", allowed);
    return reply->send(std::move(response));
  }
  reply->send(
      problem(Error(ErrorCode::not_found, "there is nothing at " + request.method + " " + target,
                    "docs/http.md lists the paths")));
}

bool Api::get(const HttpRequest& request, const Reply& reply) {
  const auto& path = request.path;
  if (path.size() == 1 && path[0] == "metrics") return get_metrics(reply), true;
  if (path.size() == 1 && path[0] == "healthz")
    return reply->send(json_response(R"({"status":"ok"})")), true;
  if (path.size() == 1 && path[0] == "readyz") {
    if (app_.runtime().ready()) {
      reply->send(json_response(R"({"status":"ready"})"));
    } else {
      reply->send(problem(
          Error(ErrorCode::unavailable, "views are catching up with the log", "ask again")));
    }
    return true;
  }
  if (path.size() < 2 || path[0] != "v1") return false;
  if (path[1] == "topics") {
    if (path.size() == 2) return get_topics(reply), true;
    if (path.size() == 3) return get_topic(path[2], reply), true;
    if (path.size() == 4 && path[3] == "records") return get_records(path[2], request, reply), true;
  }
  if (path[1] == "views") {
    if (path.size() == 2) return get_views(reply), true;
    if (path.size() == 3) return get_view(path[2], request, reply), true;
    if (path.size() == 4) return get_key(path[2], path[3], request, reply), true;
  }
  if (path[1] == "changes") {
    if (path.size() == 3) return get_changes(path[2], std::nullopt, request, reply), true;
    if (path.size() == 4) return get_changes(path[2], path[3], request, reply), true;
  }
  if (path[1] == "queries" && path.size() == 2) return get_queries(reply), true;
  return false;
}

bool Api::post(HttpRequest& request, const Reply& reply) {
  const auto& path = request.path;
  if (path.size() < 2 || path[0] != "v1") return false;
  if (path.size() == 4 && path[1] == "topics" && path[3] == "records")
    return post_records(path[2], request, reply), true;
  if (path.size() == 2 && path[1] == "topics") return post_topic(request, reply), true;
  if (path.size() == 2 && path[1] == "read") return post_read(request, reply), true;
  if (path.size() == 2 && path[1] == "sql") return post_sql(request, reply), true;
  return false;
}

void Api::run_waiting(const Reply& reply, std::function<void()> job) {
  if (statements_ == nullptr) return job();
  if (!statements_->post(std::move(job)))
    reply->send(problem(
        Error(ErrorCode::resource_exhausted, "too many statements wait", "ask again in a moment")));
}

void Api::post_sql(const HttpRequest& request, const Reply& reply) {
  at_or_after(request, reply, [this, body = request.body, reply] {
    run_waiting(reply, [this, body, reply] { run_sql(body, reply); });
  });
}

HttpResponse json_response(std::string body) {
  HttpResponse response;
  response.body = std::move(body);
  return response;
}

Result<std::optional<int64_t>> number_parameter(const HttpRequest& request, std::string_view name) {
  auto text = request.parameter(name);
  if (!text) return std::optional<int64_t>();
  int64_t value = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size())
    return Error(ErrorCode::invalid_argument,
                 std::string(name) + " must be a whole number, not " + std::string(*text));
  return std::optional<int64_t>(value);
}

}  // namespace leat::service
