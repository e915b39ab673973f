#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace leat::service {

/// A request, whole. Path segments and parameters are percent-decoded.
struct HttpRequest {
  std::string method;
  std::vector<std::string> path;
  std::map<std::string, std::string, std::less<>> parameters;
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;

  std::optional<std::string_view> header(std::string_view lower_case_name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// A response that goes on: Server-Sent Events, NDJSON. Thread-safe.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  /// Queues bytes. False when the client has gone or reads too slowly (its queue passed the limit:
  /// it is disconnected): the caller stops.
  virtual bool write(std::string bytes) = 0;
  /// Bytes that wait for the client.
  virtual size_t queued() const = 0;
  virtual bool closed() const = 0;
  /// Called once when the client has gone, on the server's thread.
  virtual void on_close(std::function<void()> closed) = 0;
  /// Ends the response after what is queued.
  virtual void finish() = 0;
};

/// The one answer that a request gets, from any thread.
class HttpReply {
 public:
  virtual ~HttpReply() = default;
  virtual void send(HttpResponse response) = 0;
  virtual std::shared_ptr<HttpStream> stream(HttpResponse head) = 0;
};

/// Percent-decodes one component; `plus_is_space` for query parameters. nullopt: a broken escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
std::string percent_encode(std::string_view text);
/// Splits "/a/b?x=1" into decoded segments and parameters. False: not a path that we take.
bool parse_target(std::string_view target, HttpRequest& request);

/// The RFC 9457 problem document of an error, with its HTTP status or the one given.
HttpResponse problem(const Error& error, std::optional<int> status = std::nullopt);
int http_status(ErrorCode code);

}  // namespace leat::service
