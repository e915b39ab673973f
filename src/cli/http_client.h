#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace leat::cli {

/// A server's answer.
struct ServerAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// Talks to a running server over HTTP, one request at a time, one connection each. Blocking; one
/// thread.
class ServerClient {
 public:
  /// `url` as "http://HOST:PORT". Errors: invalid_argument.
  static Result<ServerClient> to(const std::string& url);

  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// Errors: not_found (nobody listens there), io; and, for an answer that is a problem document,
  /// what it says.
  Result<ServerAnswer> exchange(const std::string& method, const std::string& target,
                                const std::string& body, const Headers& headers) const;
  /// Posts, and hands on the answer line by line as it comes; `line` returns false to stop. An
  /// answer that is not NDJSON comes as one piece.
  Status post_stream(
      const std::string& target, const std::string& body,
      const std::function<bool(std::string_view content_type, std::string_view line)>& line) const;
  const std::string& url() const { return url_; }

 private:
  std::string url_;
  std::string host_;
  std::string port_;
};

/// The Error that a problem document describes.
Error error_of_problem(const ServerAnswer& answer);

}  // namespace leat::cli
