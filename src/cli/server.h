#pragma once
#include <memory>
#include <string>
#include <vector>

#include "log/embedded/embedded_log.h"
#include "service/api.h"
#include "service/http_server.h"

namespace leat::cli {

/// How a process opens a data directory.
struct ServerOptions {
  std::string data;
  std::string app;          // empty: that of the files, or the only one in the directory
  std::string app_default;  // of the configuration: behind SET in the files, before their names
  int threads = 1;
  bool frozen = false;  // shows what is committed; runs no queries
  sql::Session session;
  std::vector<service::SqlFile> files;
};

/// A data directory, its application and its interface, taken down in the right order.
class Server {
 public:
  Server() = default;
  ~Server() { (void)close().has_value(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Recovers, loads the files, starts the queries. Errors: as EmbeddedLog::open and
  /// Application::load.
  Status open(ServerOptions options);
  /// Serves HTTP. Errors: as HttpServer::listen.
  Status listen(service::HttpOptions options);
  /// Commits, unlocks, closes.
  Status close();

  service::Application& app() { return *app_; }
  service::Api& api() { return *api_; }
  service::HttpServer& http() { return *http_; }

 private:
  Result<std::string> application_id(const ServerOptions& options,
                                     const service::ScriptFacts& facts) const;
  plan::FunctionRegistry functions_;
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<service::Application> app_;
  std::unique_ptr<service::Api> api_;
  std::unique_ptr<service::HttpServer> http_;
};

}  // namespace leat::cli
