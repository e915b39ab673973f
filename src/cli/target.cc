#include "cli/target.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include <CLI/CLI.hpp>

#include "base/text.h"

#include "cli/server.h"
#include "cli/signals.h"

namespace leat::cli {
namespace {

class RemoteTarget final : public Target {
 public:
  explicit RemoteTarget(ServerClient client) : client_(std::move(client)) {}
  Result<std::string> request(const std::string& method, const std::string& path,
                              const std::string& body, const Headers& headers) override {
    LEAT_TRY(ServerAnswer answer, client_.exchange(method, path, body, headers));
    return std::move(answer.body);
  }
  Status stream(const std::string& path, const std::string& body,
                const std::function<bool(std::string_view, std::string_view)>& line) override {
    return client_.post_stream(path, body, line);
  }

 private:
  ServerClient client_;
};

/// An answer that stays in the process: the same interface as a server's, without a socket.
class LocalReply final : public service::HttpReply,
                         public std::enable_shared_from_this<LocalReply> {
 public:
  void send(service::HttpResponse response) override {
    std::lock_guard lock(mutex_);
    response_ = std::move(response);
    whole_ = true;
    changed_.notify_all();
  }
  std::shared_ptr<service::HttpStream> stream(service::HttpResponse head) override {
    std::lock_guard lock(mutex_);
    response_ = std::move(head);
    streaming_ = true;
    changed_.notify_all();
    return std::make_shared<Stream>(shared_from_this());
  }

  /// Hands on lines until the answer ends or `line` says stop; a whole answer is returned.
  Result<std::string> take(const std::function<bool(std::string_view, std::string_view)>& line) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return whole_ || streaming_; });
    while (streaming_) {
      // Ctrl-C wakes nobody who waits here.
      while (!changed_.wait_for(lock, std::chrono::milliseconds(100),
                                [&] { return !chunks_.empty() || finished_; })) {
        if (!stop_requested()) continue;
        closed_ = true;
        return std::string();
      }
      if (chunks_.empty()) return std::string();
      std::string chunk = std::move(chunks_.front());
      chunks_.pop_front();
      lock.unlock();
      bool more = true;
      for (size_t begin = 0; more && begin < chunk.size();) {
        size_t end = std::min(chunk.find('\n', begin), chunk.size());
        more = line(response_.content_type, std::string_view(chunk).substr(begin, end - begin));
        begin = end + 1;
      }
      lock.lock();
      if (!more) {
        closed_ = true;
        return std::string();
      }
    }
    if (response_.status >= 400)
      return error_of_problem({response_.status, response_.content_type, response_.body});
    return std::move(response_.body);
  }

 private:
  class Stream final : public service::HttpStream {
   public:
    explicit Stream(std::shared_ptr<LocalReply> reply) : reply_(std::move(reply)) {}
    bool write(std::string bytes) override {
      std::lock_guard lock(reply_->mutex_);
      if (reply_->closed_) return false;
      reply_->chunks_.push_back(std::move(bytes));
      reply_->changed_.notify_all();
      return true;
    }
    size_t queued() const override {
      std::lock_guard lock(reply_->mutex_);
      size_t bytes = 0;
      for (const std::string& chunk : reply_->chunks_) bytes += chunk.size();
      return bytes;
    }
    bool closed() const override {
      std::lock_guard lock(reply_->mutex_);
      return reply_->closed_;
    }
    void on_close(std::function<void()>) override {}
    void finish() override {
      std::lock_guard lock(reply_->mutex_);
      reply_->finished_ = true;
      reply_->changed_.notify_all();
    }

   private:
    std::shared_ptr<LocalReply> reply_;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  service::HttpResponse response_;
  std::deque<std::string> chunks_;
  bool whole_ = false;
  bool streaming_ = false;
  bool finished_ = false;
  bool closed_ = false;
};

class LocalTarget final : public Target {
 public:
  Status open(const TargetFlags& flags) {
    ServerOptions options;
    options.data = flags.data;
    options.app = flags.app;
    options.frozen = true;
    return server_.open(std::move(options));
  }
  Result<std::string> request(const std::string& method, const std::string& path,
                              const std::string& body, const Headers& headers) override {
    return exchange(method, path, body, headers,
                    [](std::string_view, std::string_view) { return true; });
  }
  Status stream(const std::string& path, const std::string& body,
                const std::function<bool(std::string_view, std::string_view)>& line) override {
    LEAT_TRY(std::string whole, exchange("POST", path, body, {}, line));
    if (!whole.empty()) line("application/json", whole);
    return {};
  }

 private:
  Result<std::string> exchange(
      const std::string& method, const std::string& path, const std::string& body,
      const Headers& headers, const std::function<bool(std::string_view, std::string_view)>& line) {
    service::HttpRequest request;
    request.method = method;
    if (!service::parse_target(path, request))
      return Error(ErrorCode::invalid_argument, "not a path: " + path);
    for (const auto& [name, value] : headers) request.headers[to_lower(name)] = value;
    request.body = body;
    auto reply = std::make_shared<LocalReply>();
    server_.api().handle(std::move(request), reply);
    return reply->take(line);
  }
  Server server_;
};

}  // namespace

void add_target_flags(CLI::App& app, TargetFlags& flags) {
  auto* server = app.add_option("--server", flags.server, "A running server")
                     ->capture_default_str()
                     ->type_name("URL");
  app.add_option("--data", flags.data, "Open a data directory instead, while no server runs on it")
      ->type_name("DIR")
      ->excludes(server);
  app.add_option("--app", flags.app, "Application, where a directory has several")->needs("--data");
}

Result<std::unique_ptr<Target>> open_target(const TargetFlags& flags) {
  if (flags.data.empty()) {
    LEAT_TRY(ServerClient client, ServerClient::to(flags.server));
    return std::unique_ptr<Target>(std::make_unique<RemoteTarget>(std::move(client)));
  }
  if (!io::system_disk().exists(flags.data).value_or(false))
    return Error(ErrorCode::not_found, "there is no such directory: " + flags.data,
                 "leat run --data DIR makes one");
  auto local = std::make_unique<LocalTarget>();
  LEAT_CHECK(local->open(flags));
  return std::unique_ptr<Target>(std::move(local));
}

}  // namespace leat::cli
