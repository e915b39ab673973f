#include "service/http_types.h"

#include "base/text.h"
#include "data/json_value.h"

namespace leat::service {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view title_of(int status) {
  switch (status) {
    case 400: return "Bad request";
    case 403: return "Forbidden";
    case 404: return "Not found";
    case 405: return "Method not allowed";
    case 409: return "Conflict";
    case 413: return "Too large";
    case 414: return "Path too long";
    case 416: return "Out of range";
    case 422: return "Unprocessable";
    case 429: return "Too many requests";
    case 431: return "Headers too large";
    case 501: return "Not supported yet";
    case 503: return "Unavailable";
    case 504: return "Not reached in time";
    default: return "Internal error";
  }
}

}  // namespace

std::optional<std::string_view> HttpRequest::header(std::string_view name) const {
  auto found = headers.find(name);
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string_view> HttpRequest::parameter(std::string_view name) const {
  auto found = parameters.find(name);
  if (found == parameters.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      int high = hex_value(text[i + 1]);
      int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%' + to_upper(hex_encode(std::string_view(&c, 1)));
    }
  }
  return out;
}

bool parse_target(std::string_view target, HttpRequest& request) {
  if (target.empty() || target[0] != '/') return false;
  size_t question = target.find('?');
  std::string_view path =
      target.substr(1, question == std::string_view::npos ? question : question - 1);
  while (!path.empty()) {
    size_t slash = path.find('/');
    auto segment = percent_decode(path.substr(0, slash), false);
    if (!segment) return false;
    request.path.push_back(*std::move(segment));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  std::string_view query =
      question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  while (!query.empty()) {
    size_t end = query.find('&');
    std::string_view pair = query.substr(0, end);
    size_t equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value) return false;
    request.parameters[*name] = *value;
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  }
  return true;
}

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return 400;
    case ErrorCode::invalid_data: return 422;
    case ErrorCode::out_of_range: return 416;
    case ErrorCode::not_found: return 404;
    case ErrorCode::already_exists:
    case ErrorCode::fenced: return 409;
    case ErrorCode::conflict: return 409;
    case ErrorCode::unsupported: return 501;
    case ErrorCode::resource_exhausted: return 429;
    case ErrorCode::unavailable:
    case ErrorCode::busy:
    case ErrorCode::cancelled:
    case ErrorCode::outcome_unknown:
    case ErrorCode::disk_full: return 503;
    case ErrorCode::deadline_exceeded: return 504;
    case ErrorCode::permission_denied: return 403;
    case ErrorCode::corruption:
    case ErrorCode::io:
    case ErrorCode::internal: return 500;
  }
  return 500;
}

HttpResponse problem(const Error& error, std::optional<int> status) {
  HttpResponse response;
  response.status = status.value_or(http_status(error.code()));
  response.content_type = "application/problem+json";
  std::string& body = response.body;
  body = "{\"type\":\"about:blank\",\"status\":" + std::to_string(response.status) +
         ",\"code\":\"" + std::string(name_of(error.code())) + "\",\"title\":\"" +
         std::string(title_of(response.status)) + "\",\"detail\":";
  append_json_string(body, error.message());
  body += ",\"hint\":";
  append_json_string(body, error.hint());
  body += "}";
  if (response.status == 429 || response.status == 503)
    response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace leat::service
