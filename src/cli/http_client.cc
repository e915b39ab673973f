#include "cli/http_client.h"

#include <limits>

#include <simdjson.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace leat::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

constexpr uint64_t kAnswerBytesMax = 1ull << 30;

Error unreachable(const std::string& url, const beast::error_code& error) {
  if (error == asio::error::connection_refused)
    return Error(ErrorCode::not_found, "no server answers at " + url,
                 "start one with leat run, name another with --server URL, or open a directory "
                 "with --data DIR");
  return Error(ErrorCode::io, "talking to " + url + ": " + error.message());
}

ErrorCode code_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i)
    if (name_of(static_cast<ErrorCode>(i)) == name) return static_cast<ErrorCode>(i);
  return ErrorCode::internal;
}

bool is_problem(int status) { return status >= 400; }

}  // namespace

Error error_of_problem(const ServerAnswer& answer) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string_view code;
  std::string_view detail;
  std::string_view hint;
  if (parser.parse(answer.body).get(document) != simdjson::SUCCESS ||
      document["code"].get(code) != simdjson::SUCCESS ||
      document["detail"].get(detail) != simdjson::SUCCESS)
    return Error(ErrorCode::io, "the server answered " + std::to_string(answer.status) + ": " +
                                    answer.body.substr(0, 200));
  if (document["hint"].get(hint) != simdjson::SUCCESS) hint = {};
  return Error(code_named(code), std::string(detail), std::string(hint));
}

Result<ServerClient> ServerClient::to(const std::string& url) {
  ServerClient client;
  client.url_ = url;
  std::string_view rest = url;
  if (rest.starts_with("https://"))
    return Error(ErrorCode::unsupported, "https is not supported yet: " + url,
                 "the server listens on this machine by http");
  if (rest.starts_with("http://")) rest.remove_prefix(7);
  if (size_t slash = rest.find('/'); slash != std::string_view::npos) rest = rest.substr(0, slash);
  size_t colon = rest.rfind(':');
  if (rest.empty() || colon == std::string_view::npos || colon + 1 == rest.size())
    return Error(ErrorCode::invalid_argument, "not a server's URL: " + url,
                 "for example http://127.0.0.1:8088");
  client.host_ = std::string(rest.substr(0, colon));
  client.port_ = std::string(rest.substr(colon + 1));
  return client;
}

Result<ServerAnswer> ServerClient::exchange(const std::string& method, const std::string& target,
                                            const std::string& body, const Headers& headers) const {
  asio::io_context context;
  beast::error_code error;
  tcp::resolver resolver(context);
  auto endpoints = resolver.resolve(host_, port_, error);
  if (error) return unreachable(url_, error);
  beast::tcp_stream stream(context);
  stream.connect(endpoints, error);
  if (error) return unreachable(url_, error);
  http::request<http::string_body> request(http::string_to_verb(method), target, 11);
  request.set(http::field::host, host_ + ":" + port_);
  request.set(http::field::content_type, "application/json");
  for (const auto& [name, value] : headers) request.set(name, value);
  request.keep_alive(false);
  request.body() = body;
  request.prepare_payload();
  http::write(stream, request, error);
  if (error) return unreachable(url_, error);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kAnswerBytesMax);
  http::read(stream, buffer, parser, error);
  if (error && error != http::error::end_of_stream) return unreachable(url_, error);
  auto message = parser.release();
  ServerAnswer answer{static_cast<int>(message.result_int()),
                      std::string(message[http::field::content_type]), std::move(message.body())};
  if (is_problem(answer.status)) return error_of_problem(answer);
  return answer;
}

Status ServerClient::post_stream(
    const std::string& target, const std::string& body,
    const std::function<bool(std::string_view, std::string_view)>& line) const {
  asio::io_context context;
  beast::error_code error;
  tcp::resolver resolver(context);
  auto endpoints = resolver.resolve(host_, port_, error);
  if (error) return unreachable(url_, error);
  beast::tcp_stream stream(context);
  stream.connect(endpoints, error);
  if (error) return unreachable(url_, error);
  http::request<http::string_body> request(http::verb::post, target, 11);
  request.set(http::field::host, host_ + ":" + port_);
  request.set(http::field::content_type, "application/json");
  request.body() = body;
  request.prepare_payload();
  http::write(stream, request, error);
  if (error) return unreachable(url_, error);

  beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(std::numeric_limits<uint64_t>::max());  // a push query may go on for ever
  http::read_header(stream, buffer, parser, error);
  if (error) return unreachable(url_, error);
  ServerAnswer head{static_cast<int>(parser.get().result_int()),
                    std::string(parser.get()[http::field::content_type]),
                    {}};
  bool lines = head.content_type.starts_with("application/x-ndjson");
  std::string pending;
  char chunk[16 * 1024];
  while (!parser.is_done()) {
    parser.get().body().data = chunk;
    parser.get().body().size = sizeof chunk;
    http::read_some(stream, buffer, parser, error);
    pending.append(chunk, sizeof chunk - parser.get().body().size);
    if (error == http::error::need_buffer) error = {};
    if (lines && error == asio::error::interrupted) return {};  // Ctrl-C ends it
    for (size_t end = 0; lines && (end = pending.find('\n')) != std::string::npos;) {
      if (!line(head.content_type, std::string_view(pending).substr(0, end))) return {};
      pending.erase(0, end + 1);
    }
    if (error) break;
  }
  if (error && error != http::error::end_of_stream && error != asio::error::eof)
    return unreachable(url_, error);
  if (is_problem(head.status)) {
    head.body = pending;
    return error_of_problem(head);
  }
  if (!pending.empty()) line(head.content_type, pending);
  return {};
}

}  // namespace leat::cli
