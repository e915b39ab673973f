// Reading views: one key, a range, several at one position.
#include <algorithm>

#include <simdjson.h>

#include "data/canonical_key.h"
#include "data/json_value.h"
#include "service/api.h"
#include "service/view_json.h"

namespace leat::service {
namespace {

constexpr int64_t kLimitMax = 10'000;
constexpr int64_t kLimitDefault = 1'000;
constexpr int64_t kWaitMsDefault = 5'000;
constexpr int64_t kWaitMsMax = 60'000;

std::string join(const std::vector<std::string>& rows) {
  std::string out;
  for (const std::string& row : rows) {
    if (!out.empty()) out += ',';
    out += row;
  }
  return out;
}

Result<exec::View::Range> range_of(const Schema& schema, const HttpRequest& request) {
  exec::View::Range range;
  if (auto prefix = request.parameter("prefix")) {
    LEAT_TRY(range, range_of_prefix(schema, *prefix));
  }
  if (auto from = request.parameter("from")) {
    LEAT_TRY(std::string key, key_from_text(schema, *from));
    range.from = std::max(range.from, key);
  }
  if (auto to = request.parameter("to")) {
    LEAT_TRY(std::string key, key_from_text(schema, *to));
    range.to = range.to ? std::min(*range.to, key) : key;
  }
  if (auto cursor = request.parameter("cursor")) {
    LEAT_TRY(range.from, from_cursor(*cursor));
  }
  range.ordered = true;
  return range;
}

/// More than kLimitMax rows come in pages.
Result<size_t> limit_of(const HttpRequest& request) {
  LEAT_TRY(std::optional<int64_t> limit, number_parameter(request, "limit"));
  if (limit && *limit < 1)
    return Error(ErrorCode::invalid_argument,
                 "limit must be 1 or more, not " + std::to_string(*limit));
  return static_cast<size_t>(std::min(limit.value_or(kLimitDefault), kLimitMax));
}

}  // namespace

Result<Api::NamedView> Api::view_named(const std::string& name) const {
  sql::Catalogue catalogue = app_.catalogue();
  const sql::SourceDef* source = catalogue.find(name);
  std::string id =
      source != nullptr ? source->view() : name;  // views of C++ programs have no source
  auto info = app_.runtime().view(id);
  if (info.has_value())
    return NamedView{id, source != nullptr ? source->name : id, *std::move(info)};
  if (source != nullptr && !source->is_table)
    return Error(ErrorCode::not_found, source->name + " is a stream; only tables are views",
                 "GET /v1/topics/" + source->topic + "/records reads its records");
  std::vector<std::string> names;
  for (const auto* other : catalogue.list())
    if (other->is_table) names.push_back(other->name);
  auto near = nearest(name, names);
  return Error(ErrorCode::not_found, "there is no view of this name: " + name,
               near ? "did you mean " + *near + "?" : "GET /v1/views lists them");
}

Status Api::read_options(const HttpRequest& request, runtime::ReadRequest& read) const {
  auto after = request.parameter("after");
  if (!after) return {};
  LEAT_TRY(read.after, runtime::from_token(*after, app_.log().incarnation()));
  for (const auto& [partition, offset] : read.after) {
    auto bounds = app_.log().bounds(partition);
    if (!bounds.has_value() || offset > bounds->appended_end)
      return Error(ErrorCode::invalid_argument, "the position lies in the future of this log",
                   "use the position that this server answered with");
  }
  LEAT_TRY(std::optional<int64_t> wait, number_parameter(request, "wait_ms"));
  int64_t wait_ms = std::clamp<int64_t>(wait.value_or(kWaitMsDefault), 0, kWaitMsMax);
  read.deadline_ns = app_.clock().monotonic_ns() + wait_ms * 1'000'000;
  return {};
}

void Api::at_or_after(const HttpRequest& request, const Reply& reply,
                      std::function<void()> then) const {
  runtime::ReadRequest read;
  if (Status options = read_options(request, read); !options.has_value())
    return reply->send(problem(options.error()));
  if (read.after.empty()) return then();
  app_.runtime().read(std::move(read), [reply, then = std::move(then)](auto answer) {
    answer.has_value() ? then() : reply->send(problem(answer.error()));
  });
}

void Api::get_views(const Reply& reply) {
  std::string body = "{\"rows\":[";
  bool first = true;
  sql::Catalogue catalogue = app_.catalogue();
  for (const sql::SourceDef* source : catalogue.list()) {
    auto info = app_.runtime().view(source->view());
    if (!source->is_table || !info.has_value()) continue;
    if (!first) body += ',';
    first = false;
    body += "{\"name\":";
    append_json_string(body, source->name);
    body += ",\"schema\":";
    append_json_string(body, info->schema.to_string(true));
    body += std::string(",\"windowed\":") + (info->window ? "true" : "false") + "}";
  }
  reply->send(json_response(body + "]}"));
}

void Api::get_key(const std::string& name, const std::string& key, const HttpRequest& request,
                  const Reply& reply) {
  auto view = view_named(name);
  if (!view.has_value()) return reply->send(problem(view.error()));
  auto canonical = key_from_text(view->info.schema, key);
  if (!canonical.has_value()) return reply->send(problem(canonical.error()));
  auto window_start = number_parameter(request, "window_start");
  if (!window_start.has_value()) return reply->send(problem(window_start.error()));
  if (*window_start && !view->info.window)
    return reply->send(
        problem(Error(ErrorCode::invalid_argument, "window_start is for windowed views: " + name)));
  runtime::ReadRequest read;
  read.views.push_back({view->id, *canonical, {}});
  if (Status options = read_options(request, read); !options.has_value())
    return reply->send(problem(options.error()));
  app_.runtime().read(std::move(read), [this, reply, key, view = *std::move(view),
                                        start = *window_start](Result<runtime::ReadAnswer> answer) {
    if (!answer.has_value()) return reply->send(problem(answer.error()));
    const Batch& rows = *answer->views[0].rows;
    std::vector<std::string> out;
    for (size_t row = 0; row < rows.rows(); ++row)
      if (!start || (view.info.window && rows.window_start[row] == *start))
        append_view_row(out.emplace_back(), view.info, rows, row);
    if (out.empty()) {
      std::string what = start ? "window of " + key + " that begins at " + std::to_string(*start)
                               : "such key: " + key;
      return reply->send(
          problem(Error(ErrorCode::not_found, "the view has no " + what,
                        view.info.window ? "windows are kept for a day of stream time (or size "
                                           "and grace) unless RETENTION says more; the topic "
                                           "keeps history"
                                         : "")));
    }
    reply->send(json_response("{\"rows\":[" + join(out) + "],\"position\":\"" +
                              runtime::to_token(answer->position, app_.log().incarnation()) +
                              "\"}"));
  });
}

void Api::get_view(const std::string& name, const HttpRequest& request, const Reply& reply) {
  auto view = view_named(name);
  if (!view.has_value()) return reply->send(problem(view.error()));
  auto limit = limit_of(request);
  if (!limit.has_value()) return reply->send(problem(limit.error()));
  auto range = range_of(view->info.schema, request);
  if (!range.has_value()) return reply->send(problem(range.error()));
  size_t n = *limit;
  range->limit = n + 1;
  runtime::ReadRequest read;
  read.views.push_back({view->id, std::nullopt, *std::move(range)});
  if (Status options = read_options(request, read); !options.has_value())
    return reply->send(problem(options.error()));
  app_.runtime().read(std::move(read), [this, reply, n, view = *std::move(view)](
                                           Result<runtime::ReadAnswer> answer) {
    if (!answer.has_value()) return reply->send(problem(answer.error()));
    OrderedRows ordered = order_rows(view.info, answer->views[0], n);
    std::string body = "{\"rows\":[" + join(ordered.rows) + "],\"position\":\"" +
                       runtime::to_token(answer->position, app_.log().incarnation()) + "\"";
    if (ordered.cursor) body += ",\"cursor\":\"" + *ordered.cursor + "\"";
    reply->send(json_response(body + "}"));
  });
}

namespace {

/// One element of {"read":[...]}.
struct ReadItem {
  std::string view;
  std::optional<std::string> key;  // JSON
  std::optional<int64_t> limit;
};

Error bad_read(const std::string& why) {
  return Error(ErrorCode::invalid_argument, "not a read request: " + why,
               R"(the form is {"read":[{"view":"a"},{"view":"b","key":"k"}]})");
}

Result<std::vector<ReadItem>> parse_read(const std::string& body) {
  namespace ondemand = simdjson::ondemand;
  ondemand::parser parser;
  simdjson::padded_string padded(body);
  ondemand::document document;
  ondemand::array array;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return bad_read("it is not JSON");
  if (document["read"].get_array().get(array) != simdjson::SUCCESS)
    return bad_read("the member read is missing");
  std::vector<ReadItem> items;
  for (auto element : array) {
    ondemand::object object;
    if (element.get_object().get(object) != simdjson::SUCCESS)
      return bad_read("an element is not an object");
    ReadItem item;
    for (auto field : object) {
      std::string_view name;
      std::string_view text;
      ondemand::value value;
      if (field.unescaped_key().get(name) != simdjson::SUCCESS ||
          field.value().get(value) != simdjson::SUCCESS)
        return bad_read("it is not JSON");
      if (name == "view" && value.get_string().get(text) == simdjson::SUCCESS) {
        item.view = std::string(text);
      } else if (name == "key" && simdjson::to_json_string(value).get(text) == simdjson::SUCCESS) {
        item.key = std::string(trim(text));
      } else if (int64_t limit = 0;
                 name == "limit" && value.get_int64().get(limit) == simdjson::SUCCESS) {
        item.limit = limit;
      } else {
        return bad_read("unknown or ill-typed member " + std::string(name));
      }
    }
    if (item.view.empty()) return bad_read("view is missing");
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

void Api::post_read(const HttpRequest& request, const Reply& reply) {
  auto items = parse_read(request.body);
  if (!items.has_value()) return reply->send(problem(items.error()));
  runtime::ReadRequest read;
  auto views = std::make_shared<std::vector<NamedView>>();
  std::vector<size_t> limits;
  for (const ReadItem& item : *items) {
    auto view = view_named(item.view);
    if (!view.has_value()) return reply->send(problem(view.error()));
    runtime::ViewRead one{view->id, std::nullopt, {}};
    if (item.key) {
      auto key = key_from_json(view->info.schema, *item.key);
      if (!key.has_value()) return reply->send(problem(key.error()));
      one.key = *std::move(key);
    } else if (item.limit) {
      one.range.limit = static_cast<size_t>(std::max<int64_t>(0, *item.limit)) + 1;
      one.range.ordered = true;
    }
    limits.push_back(item.limit ? static_cast<size_t>(std::max<int64_t>(0, *item.limit))
                                : SIZE_MAX);
    read.views.push_back(std::move(one));
    views->push_back(*std::move(view));
  }
  if (Status options = read_options(request, read); !options.has_value())
    return reply->send(problem(options.error()));
  app_.runtime().read(
      std::move(read), [this, reply, views, limits](Result<runtime::ReadAnswer> answer) {
        if (!answer.has_value()) return reply->send(problem(answer.error()));
        std::string body = "{\"position\":\"" +
                           runtime::to_token(answer->position, app_.log().incarnation()) +
                           "\",\"results\":[";
        for (size_t i = 0; i < views->size(); ++i) {
          const runtime::ViewRows& rows = answer->views[i];
          std::vector<std::string> out;
          if (rows.keys.empty()) {
            for (size_t row = 0; row < rows.rows->rows(); ++row)
              append_view_row(out.emplace_back(), (*views)[i].info, *rows.rows, row);
          } else {
            out = order_rows((*views)[i].info, rows, limits[i]).rows;
          }
          if (i > 0) body += ',';
          body += "{\"rows\":[" + join(out) + "]}";
        }
        reply->send(json_response(body + "]}"));
      });
}

}  // namespace leat::service
