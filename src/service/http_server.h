#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "service/http_types.h"

namespace leat::service {

/// Limits that are on from the start, so that no client can take more than its share.
struct HttpLimits {
  size_t header_bytes = 16 * 1024;
  size_t body_bytes = 16 * 1024 * 1024;
  int header_seconds = 5;
  int body_seconds = 60;
  int keep_alive_seconds = 60;
  size_t connections = 1024;
  size_t stream_queue_bytes = 1024 * 1024;  // a reader that lags further behind is disconnected
};

struct HttpOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // 0: any free one
  HttpLimits limits;
};

/// Called with each whole request, on the server's thread: it must not wait.
using HttpHandler = std::function<void(HttpRequest, std::shared_ptr<HttpReply>)>;

/// An HTTP/1.1 server on one thread. Refuses foreign Host and Origin headers (a page of another
/// site, or a name that was pointed at this machine, is not a client of ours), bodies over the
/// limit, and both length headers at once.
class HttpServer {
 public:
  /// Binds and listens. Errors: busy (the port is in use), permission_denied, invalid_argument (no
  /// such address).
  static Result<std::unique_ptr<HttpServer>> listen(HttpOptions options, HttpHandler handler);
  ~HttpServer();

  uint16_t port() const;
  void start();
  /// Stops accepting, closes streams, and waits for the thread.
  void stop();

  struct Core;

 private:
  explicit HttpServer(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;  // replies that are still held keep it alive
};

}  // namespace leat::service
