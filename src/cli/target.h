#pragma once
#include <memory>
#include <string>

#include "cli/http_client.h"

namespace CLI {
class App;
}

namespace leat::cli {

/// Whom a command talks to: a running server (--server), or a data directory that it opens itself
/// (--data).
class Target {
 public:
  virtual ~Target() = default;
  using Headers = ServerClient::Headers;
  virtual Result<std::string> request(const std::string& method, const std::string& path,
                                      const std::string& body, const Headers& headers) = 0;
  /// As ServerClient::post_stream.
  virtual Status stream(
      const std::string& path, const std::string& body,
      const std::function<bool(std::string_view content_type, std::string_view line)>& line) = 0;

  Result<std::string> get(const std::string& path) { return request("GET", path, "", {}); }
  Result<std::string> post(const std::string& path, const std::string& body,
                           const Headers& headers = {}) {
    return request("POST", path, body, headers);
  }
};

struct TargetFlags {
  std::string server = "http://127.0.0.1:8088";
  std::string data;
  std::string app;
};
void add_target_flags(CLI::App& app, TargetFlags& flags);
/// Errors: of opening the directory; a server is only reached by the first request.
Result<std::unique_ptr<Target>> open_target(const TargetFlags& flags);

}  // namespace leat::cli
