// The only file that knows Boost.Beast. One thread, asynchronous; each connection is a Session that
// reads a request, hands it to the handler, and writes the one reply it gets back, from whatever
// thread that comes.
#include "service/http_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <netinet/tcp.h>

#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "base/text.h"

namespace leat::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

bool is_loopback_name(std::string_view host) {
  if (host.starts_with("[")) {
    host = host.substr(0, host.find(']') + 1);
  } else {
    host = host.substr(0, host.rfind(':'));
  }
  return equals_ignoring_case(host, "localhost") || host == "127.0.0.1" || host == "[::1]" ||
         host.starts_with("127.");
}

/// The host of an Origin header: what stands behind "scheme://".
std::string_view origin_host(std::string_view origin) {
  size_t at = origin.find("://");
  return at == std::string_view::npos ? std::string_view() : origin.substr(at + 3);
}

/// Peers that went without a word (a host that lost power) are noticed after about two minutes,
/// though nothing is sent to them.
void keep_alive_probes(tcp::socket& socket) {
  beast::error_code ignored;
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  using Seconds = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
  using Pace = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
  using Tries = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;
  socket.set_option(Seconds(60), ignored);
  socket.set_option(Pace(15), ignored);
  socket.set_option(Tries(4), ignored);
}

}  // namespace

class Session;

struct HttpServer::Core : std::enable_shared_from_this<HttpServer::Core> {
  explicit Core(HttpOptions o, HttpHandler h)
      : options(std::move(o)), handler(std::move(h)), acceptor(context) {}
  void accept();

  HttpOptions options;
  HttpHandler handler;
  asio::io_context context{1};
  tcp::acceptor acceptor;
  bool only_loopback = true;
  std::set<std::shared_ptr<Session>> sessions;  // of the server's thread
  std::thread thread;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<HttpServer::Core> core, tcp::socket socket)
      : core_(std::move(core)), stream_(std::move(socket)) {
    beast::error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
    keep_alive_probes(stream_.socket());
  }

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(core_->options.limits.header_bytes));
    parser_->body_limit(core_->options.limits.body_bytes);
    stream_.expires_after(std::chrono::seconds(first_ ? core_->options.limits.header_seconds
                                                      : core_->options.limits.keep_alive_seconds));
    first_ = false;
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](beast::error_code error, size_t) { self->on_header(error); });
  }

  // Sends from the server's thread.
  void send(HttpResponse response) {
    auto message = std::make_shared<http::response<http::string_body>>();
    fill(*message, response);
    message->body() = std::move(response.body);
    message->prepare_payload();
    if (head_only_) message->body().clear();  // Content-Length stays what it would be
    bool keep = message->keep_alive();
    stream_.expires_after(std::chrono::seconds(core_->options.limits.body_seconds));
    http::async_write(stream_, *message,
                      [self = shared_from_this(), message, keep](beast::error_code error, size_t) {
                        if (error) return self->close();
                        keep ? self->read() : self->linger();
                      });
  }

  /// Puts the head of an endless response in front of whatever is written to it. From any thread.
  void begin_stream(const HttpResponse& response) {
    http::response<http::empty_body> message;
    fill(message, response);
    message.keep_alive(false);
    message.set(http::field::cache_control, "no-cache");
    std::string head;
    http::response_serializer<http::empty_body> serializer(message);
    serializer.split(true);
    beast::error_code error;
    do {
      serializer.next(error, [&](beast::error_code&, const auto& buffers) {
        head += beast::buffers_to_string(buffers);
        serializer.consume(beast::buffer_bytes(buffers));
      });
    } while (!error && !serializer.is_header_done());
    queue(std::move(head));
    if (head_only_) finish();
  }
  /// Too many connections: says so and goes.
  void refuse_busy() {
    HttpResponse response =
        problem(Error(ErrorCode::unavailable, "too many connections are open", "try again later"));
    keep_alive_ = false;
    send(std::move(response));
  }
  void watch() {
    stream_.expires_never();
    watch_for_close();
  }

  // --- the stream's side, from any thread under mutex_ ---
  bool queue(std::string bytes) {
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    if (queued_ > 0 && queued_ + bytes.size() > core_->options.limits.stream_queue_bytes) {
      asio::post(stream_.get_executor(), [self = shared_from_this()] { self->close(); });
      closed_ = true;
      return false;
    }
    queued_ += bytes.size();
    chunks_.push_back(std::move(bytes));
    if (!writing_) {
      writing_ = true;
      asio::post(stream_.get_executor(), [self = shared_from_this()] { self->write_next(); });
    }
    return true;
  }
  size_t queued() const {
    std::lock_guard lock(mutex_);
    return queued_;
  }
  bool closed() const {
    std::lock_guard lock(mutex_);
    return closed_;
  }
  void on_close(std::function<void()> f) {
    {
      std::lock_guard lock(mutex_);
      if (!closed_) {
        closed_callback_ = std::move(f);
        return;
      }
    }
    f();
  }
  void finish() {
    std::lock_guard lock(mutex_);
    finishing_ = true;
    if (!writing_)
      asio::post(stream_.get_executor(), [self = shared_from_this()] { self->close(); });
  }

  void close() {
    std::function<void()> callback;
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      callback.swap(closed_callback_);
    }
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
    if (callback) callback();
    core_->sessions.erase(shared_from_this());
  }

  asio::any_io_executor executor() { return stream_.get_executor(); }

 private:
  void on_header(beast::error_code error) {
    if (error == http::error::header_limit)
      return refuse(431, "the request's headers are too large");
    if (error == http::error::body_limit) return too_large();
    if (error == http::error::end_of_stream || error == beast::error::timeout) return close();
    if (error) {
      if (error.category() != asio::error::get_system_category() &&
          parser_->is_header_done() == false && error != asio::error::eof)
        return refuse(400, "the request is not HTTP/1.1: " + error.message());
      return close();
    }
    const auto& head = parser_->get();
    keep_alive_ = head.keep_alive();
    version_ = head.version();
    if (head.count(http::field::transfer_encoding) > 0 &&
        head.count(http::field::content_length) > 0)
      return refuse(400, "a request must not have both Content-Length and Transfer-Encoding");
    if (core_->only_loopback && !is_loopback_name(view(head[http::field::host])))
      return refuse(403, "the Host header does not name this machine");
    std::string_view origin = view(head[http::field::origin]);
    if (!origin.empty() && !is_loopback_name(origin_host(origin)))
      return refuse(403, "requests from pages of other sites are refused");
    auto length = parser_->content_length();
    if (length && *length > core_->options.limits.body_bytes) return too_large();
    if (equals_ignoring_case(view(head[http::field::expect]), "100-continue"))
      return send_continue();
    read_body();
  }

  void send_continue() {
    auto message = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
    http::async_write(stream_, *message,
                      [self = shared_from_this(), message](beast::error_code error, size_t) {
                        if (error) return self->close();
                        self->read_body();
                      });
  }

  void read_body() {
    stream_.expires_after(std::chrono::seconds(core_->options.limits.body_seconds));
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, size_t) {
                       if (error == http::error::body_limit) return self->too_large();
                       if (error)
                         return self->close();  // a request that was cut in half never happened
                       self->handle();
                     });
  }

  void handle();

  // What the client still sends is read and thrown away for a while: closing at once would reset
  // the connection, and the answer could be lost with it.
  void linger() {
    constexpr size_t kBytesMax = 64 << 20;
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    if (lingered_ == 0) stream_.expires_after(std::chrono::seconds(5));
    stream_.async_read_some(asio::buffer(thrown_away_),
                            [self = shared_from_this()](beast::error_code error, size_t n) {
                              self->lingered_ += n;
                              if (error || self->lingered_ > kBytesMax) return self->close();
                              self->linger();
                            });
  }

  void too_large() {
    HttpResponse response =
        problem(Error(ErrorCode::resource_exhausted,
                      "the body is larger than " +
                          std::to_string(core_->options.limits.body_bytes) + " bytes",
                      "send fewer records at once"),
                413);
    keep_alive_ = false;
    send(std::move(response));
  }

  void refuse(int status, const std::string& why) {
    HttpResponse response = problem(
        Error(status == 403 ? ErrorCode::permission_denied : ErrorCode::invalid_argument, why),
        status);
    keep_alive_ = false;
    send(std::move(response));
  }

  template <class Message>
  void fill(Message& message, const HttpResponse& response) {
    message.version(version_);
    message.result(static_cast<unsigned>(response.status));
    message.set(http::field::server, "leat");
    message.set(http::field::content_type, response.content_type);
    message.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : response.headers) message.set(name, value);
    message.keep_alive(keep_alive_);
  }

  void write_next() {
    {
      std::lock_guard lock(mutex_);
      out_.clear();
      while (!chunks_.empty()) {
        out_ += chunks_.front();
        chunks_.pop_front();
      }
      if (closed_) return;
      if (out_.empty()) {
        writing_ = false;
        if (finishing_)
          asio::post(stream_.get_executor(), [self = shared_from_this()] { self->close(); });
        return;
      }
    }
    asio::async_write(stream_, asio::buffer(out_),
                      [self = shared_from_this()](beast::error_code error, size_t n) {
                        {
                          std::lock_guard lock(self->mutex_);
                          self->queued_ -= n;
                        }
                        if (error) return self->close();
                        self->write_next();
                      });
  }

  // A streaming client sends nothing more; the read only tells when it goes.
  void watch_for_close() {
    stream_.async_read_some(asio::buffer(watch_),
                            [self = shared_from_this()](beast::error_code error, size_t) {
                              if (error) return self->close();
                              self->watch_for_close();
                            });
  }

  std::shared_ptr<HttpServer::Core> core_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  bool first_ = true;
  bool keep_alive_ = true;
  unsigned version_ = 11;
  bool head_only_ = false;  // HEAD: as GET, without the body
  char watch_[64];
  char thrown_away_[16 * 1024];
  size_t lingered_ = 0;
  std::string out_;

  mutable std::mutex mutex_;
  std::deque<std::string> chunks_;
  size_t queued_ = 0;
  bool writing_ = false;
  bool finishing_ = false;
  bool closed_ = false;
  std::function<void()> closed_callback_;
};

namespace {

class SessionStream final : public HttpStream {
 public:
  explicit SessionStream(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  bool write(std::string bytes) override { return session_->queue(std::move(bytes)); }
  size_t queued() const override { return session_->queued(); }
  bool closed() const override { return session_->closed(); }
  void on_close(std::function<void()> closed) override { session_->on_close(std::move(closed)); }
  void finish() override { session_->finish(); }

 private:
  std::shared_ptr<Session> session_;
};

class SessionReply final : public HttpReply {
 public:
  explicit SessionReply(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  void send(HttpResponse response) override {
    asio::post(session_->executor(),
               [session = session_, response = std::move(response)]() mutable {
                 session->send(std::move(response));
               });
  }
  std::shared_ptr<HttpStream> stream(HttpResponse head) override {
    session_->begin_stream(head);
    asio::post(session_->executor(), [session = session_] { session->watch(); });
    return std::make_shared<SessionStream>(session_);
  }

 private:
  std::shared_ptr<Session> session_;
};

}  // namespace

void Session::handle() {
  auto message = parser_->release();
  HttpRequest request;
  request.method = std::string(message.method_string());
  std::string_view target = view(message.target());
  if (target.size() > 8 * 1024) return refuse(414, "the request's path is longer than 8 KiB");
  if (!parse_target(target, request)) return refuse(400, "the request's path is not valid");
  head_only_ = request.method == "HEAD";
  if (head_only_) request.method = "GET";
  for (const auto& field : message)
    request.headers[to_lower(std::string_view(
        field.name_string().data(), field.name_string().size()))] = std::string(field.value());
  request.body = std::move(message.body());
  stream_.expires_never();
  core_->handler(std::move(request), std::make_shared<SessionReply>(shared_from_this()));
}

void HttpServer::Core::accept() {
  acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      bool full = sessions.size() >= options.limits.connections;
      auto session = std::make_shared<Session>(shared_from_this(), std::move(socket));
      sessions.insert(session);
      full ? session->refuse_busy() : session->read();
    }
    accept();
  });
}

HttpServer::HttpServer(std::shared_ptr<Core> core) : core_(std::move(core)) {}
HttpServer::~HttpServer() { stop(); }

Result<std::unique_ptr<HttpServer>> HttpServer::listen(HttpOptions options, HttpHandler handler) {
  auto core = std::make_shared<Core>(std::move(options), std::move(handler));
  beast::error_code error;
  auto address = asio::ip::make_address(
      core->options.address == "localhost" ? "127.0.0.1" : core->options.address, error);
  std::string where = core->options.address + ":" + std::to_string(core->options.port);
  if (error)
    return Error(ErrorCode::invalid_argument,
                 "not an address to listen on: " + core->options.address);
  core->only_loopback = address.is_loopback();
  tcp::endpoint endpoint(address, core->options.port);
  core->acceptor.open(endpoint.protocol(), error);
  if (!error) core->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) core->acceptor.bind(endpoint, error);
  if (!error) core->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use)
    return Error(ErrorCode::busy, "the port is in use: " + where,
                 "choose another one with --listen HOST:PORT");
  if (error == asio::error::access_denied)
    return Error(ErrorCode::permission_denied, "not allowed to listen on " + where,
                 "use a port above 1023");
  if (error) return Error(ErrorCode::io, "cannot listen on " + where + ": " + error.message());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

uint16_t HttpServer::port() const { return core_->acceptor.local_endpoint().port(); }

void HttpServer::start() {
  core_->accept();
  core_->thread = std::thread([core = core_.get()] { core->context.run(); });
}

void HttpServer::stop() {
  if (!core_ || !core_->thread.joinable()) return;
  asio::post(core_->context, [core = core_.get()] {
    beast::error_code ignored;
    core->acceptor.close(ignored);
    auto sessions = core->sessions;
    for (const auto& session : sessions) session->close();
  });
  // What handlers still hold may post to the context: it is stopped, not run dry.
  asio::post(core_->context, [core = core_.get()] { core->context.stop(); });
  core_->thread.join();
  core_->sessions.clear();
}

}  // namespace leat::service
