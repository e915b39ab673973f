#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "service/application.h"
#include "service/feeds.h"
#include "service/http_types.h"

namespace leat::service {

/// The HTTP interface of an application (docs/http.md). Requests come on the server's thread and
/// are answered from wherever their answer comes; statements, which wait, run on a thread of their
/// own.
class Api {
 public:
  /// `log_metrics` appends lines of the log's own to /metrics. `threads` false: statements run
  /// where they are asked for, and feeds when the caller pumps (simulation).
  Api(Application& app, std::function<void(std::string&)> log_metrics, bool threads = true);
  ~Api();
  void handle(HttpRequest request, std::shared_ptr<HttpReply> reply);
  /// Lets feeds write what has become durable. Only without threads.
  void pump() { feeds_.pump(); }
  /// Ends streams and waits for statements.
  void stop();

 private:
  using Reply = std::shared_ptr<HttpReply>;
  /// Runs what may wait on the statements' thread, or refuses.
  void run_waiting(const Reply& reply, std::function<void()> job);
  bool get(const HttpRequest& request, const Reply& reply);
  bool post(HttpRequest& request, const Reply& reply);

  // records_routes.cc
  void post_records(const std::string& topic, const HttpRequest& request, const Reply& reply);
  void get_topics(const Reply& reply);
  void get_topic(const std::string& topic, const Reply& reply);
  void post_topic(const HttpRequest& request, const Reply& reply);
  void delete_topic(const std::string& topic, const Reply& reply);
  void get_records(const std::string& topic, const HttpRequest& request, const Reply& reply);
  // view_routes.cc
  void get_views(const Reply& reply);
  void get_view(const std::string& name, const HttpRequest& request, const Reply& reply);
  void get_key(const std::string& name, const std::string& key, const HttpRequest& request,
               const Reply& reply);
  void post_read(const HttpRequest& request, const Reply& reply);
  Status read_options(const HttpRequest& request, runtime::ReadRequest& read) const;
  /// Goes on once what `?after=` names is taken in and durable; at once without it. Answers itself
  /// where that is refused or not reached in time.
  void at_or_after(const HttpRequest& request, const Reply& reply,
                   std::function<void()> then) const;
  /// The id and shape of the view that a stream's or table's name stands for.
  struct NamedView {
    std::string id;
    std::string name;
    runtime::Runtime::ViewInfo info;
  };
  Result<NamedView> view_named(const std::string& name) const;
  // changes_routes.cc
  void get_changes(const std::string& name, std::optional<std::string> key,
                   const HttpRequest& request, const Reply& reply);
  // sql_routes.cc
  void post_sql(const HttpRequest& request, const Reply& reply);
  void run_sql(const std::string& body, const Reply& reply);
  void get_queries(const Reply& reply);
  // metrics.cc
  void get_metrics(const Reply& reply);

  class StatementThread;
  Application& app_;
  std::function<void(std::string&)> log_metrics_;
  Feeds feeds_;
  std::unique_ptr<StatementThread> statements_;
  std::atomic<uint64_t> requests_{0};
};

/// A JSON answer.
HttpResponse json_response(std::string body);
/// A whole number of a parameter; nullopt when it is absent. Errors: invalid_argument.
Result<std::optional<int64_t>> number_parameter(const HttpRequest& request, std::string_view name);

}  // namespace leat::service
