// POST /v1/sql and GET /v1/queries.
#include <simdjson.h>

#include "data/json_value.h"
#include "service/api.h"
#include "service/paced_writer.h"
#include "service/push_query.h"
#include "service/show.h"
#include "sql/script.h"

namespace leat::service {
namespace {

void append_row(std::string& out, const Batch& rows, size_t row) {
  out += '[';
  for (size_t c = 0; c < rows.columns.size(); ++c) {
    if (c > 0) out += ',';
    append_json_value(out, rows.columns[c], row);
  }
  out += ']';
}

void append_columns(std::string& out, const std::vector<Field>& columns) {
  out += "\"columns\":[";
  for (size_t c = 0; c < columns.size(); ++c) {
    if (c > 0) out += ',';
    out += "{\"name\":";
    append_json_string(out, columns[c].name);
    out += ",\"type\":";
    append_json_string(out, columns[c].type.to_string());
    out += '}';
  }
  out += ']';
}

/// NDJSON of a push query: the columns, then a row a line.
class PushFeed final : public Feed {
 public:
  PushFeed(std::shared_ptr<PushQuery> query, std::shared_ptr<HttpStream> stream, std::string head)
      : query_(std::move(query)), out_(std::move(stream)) {
    out_.add(head);
  }

  bool pump() override {
    while (out_.flush() && !ended_ && poll()) {
    }
    if (ended_ && out_.empty()) out_.finish();
    return !out_.closed() && !(ended_ && out_.empty());
  }

 private:
  /// Whether there were rows.
  bool poll() {
    Batch rows;
    Status polled = query_->poll(rows);
    std::string lines;
    for (size_t row = 0; polled.has_value() && row < rows.rows(); ++row) {
      append_row(lines, rows, row);
      lines += '\n';
    }
    if (!polled.has_value()) lines = "{\"error\":" + problem(polled.error()).body + "}\n";
    out_.add(lines);
    ended_ = !polled.has_value() || query_->finished();
    return !lines.empty() || ended_;
  }

  std::shared_ptr<PushQuery> query_;
  PacedWriter out_;
  bool ended_ = false;
};

struct SqlRequest {
  std::string statement;
  sql::Session session;
};

Error bad_request(const std::string& why) {
  return Error(ErrorCode::invalid_argument, "not a statement request: " + why,
               R"(the form is {"statement":"SELECT ..."})");
}

/// {"statement":"...", "properties":{..}?, "variables":{..}?}: the connection's SETs and DEFINEs
/// travel with it.
Result<SqlRequest> parse_request(const std::string& body, sql::Session session) {
  SqlRequest request{"", std::move(session)};
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(body).get_object().get(object) != simdjson::SUCCESS)
    return bad_request("it is not a JSON object");
  for (auto [name, value] : object) {
    std::string_view text;
    simdjson::dom::object members;
    if (name == "statement" && value.get_string().get(text) == simdjson::SUCCESS) {
      request.statement = std::string(text);
    } else if ((name == "properties" || name == "variables") &&
               value.get_object().get(members) == simdjson::SUCCESS) {
      for (auto [key, member] : members) {
        std::string_view word;
        if (member.get_string().get(word) != simdjson::SUCCESS)
          return bad_request("values are strings");
        if (name == "properties") {
          LEAT_CHECK(request.session.set(key, word));
        } else {
          request.session.variables[std::string(key)] = std::string(word);
        }
      }
    } else {
      return bad_request("unknown or ill-typed member " + std::string(name));
    }
  }
  if (request.statement.empty()) return bad_request("the member statement is missing");
  return request;
}

void append_session(std::string& out, const sql::Session& session) {
  out += ",\"session\":{\"properties\":{";
  bool first = true;
  for (const auto& [name, value] : session.properties) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  out += "},\"variables\":{";
  first = true;
  for (const auto& [name, value] : session.variables) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  out += "}}";
}

}  // namespace

void Api::run_sql(const std::string& body, const Reply& reply) {
  auto request = parse_request(body, app_.new_session());
  if (!request.has_value()) return reply->send(problem(request.error()));
  auto pieces = sql::split_script(request->statement);
  if (!pieces.has_value()) return reply->send(problem(pieces.error()));
  StatementResult last;
  for (const sql::ScriptPiece& piece : *pieces) {
    if (piece.kind != sql::ScriptPiece::Kind::statement) continue;
    auto result = app_.execute(piece.text, request->session);
    if (!result.has_value()) return reply->send(problem(result.error()));
    last = *std::move(result);
    if (last.push) break;
  }
  if (last.push) {
    HttpResponse head;
    head.content_type = "application/x-ndjson";
    std::string first = "{";
    append_columns(first, last.columns);
    feeds_.add(
        std::make_unique<PushFeed>(std::move(last.push), reply->stream(head), first + "}\n"));
    return;
  }
  std::string out = "{";
  append_columns(out, last.columns);
  out += ",\"rows\":[";
  if (last.rows) {
    for (size_t row = 0; row < last.rows->rows(); ++row) {
      if (row > 0) out += ',';
      append_row(out, *last.rows, row);
    }
  }
  out += "]";
  runtime::Position position = last.position ? *last.position : app_.runtime().durable_position();
  out += ",\"position\":\"" + runtime::to_token(position, app_.log().incarnation()) + "\"";
  if (!last.message.empty()) {
    out += ",\"message\":";
    append_json_string(out, last.message);
  }
  append_session(out, request->session);
  reply->send(json_response(out + "}"));
}

void Api::get_queries(const Reply& reply) {
  app_.runtime().status([this, reply](std::vector<runtime::QueryStatus> all) {
    sql::Catalogue catalogue = app_.catalogue();
    auto plans = app_.runtime().plans();
    std::string out = "{\"rows\":[";
    bool first = true;
    for (const runtime::QueryStatus& status : all) {
      if (!first) out += ',';
      first = false;
      out += "{\"id\":";
      append_json_string(out, status.id);
      const sql::QueryDef* query = catalogue.find_query(status.id);
      out += ",\"statement\":";
      append_json_string(out, query != nullptr ? query->statement : std::string("source table"));
      std::string state = status.failure ? "failed" : status.level ? "running" : "catching up";
      out += ",\"state\":\"" + state + "\",\"lag\":" + std::to_string(status.lag);
      if (status.failure) {
        out += ",\"failure\":";
        append_json_string(out, *status.failure);
      }
      out += ",\"nodes\":[";
      bool first_node = true;
      for (const auto& [node, counters] : status.counters) {
        if (!first_node) out += ',';
        first_node = false;
        out += "{\"id\":";
        append_json_string(out, plans.contains(status.id)
                                    ? plans[status.id]->nodes[static_cast<size_t>(node)].id
                                    : "");
        out += ",\"rows_in\":" + std::to_string(counters.rows_in) +
               ",\"rows_out\":" + std::to_string(counters.rows_out) +
               ",\"late\":" + std::to_string(counters.late) +
               ",\"dropped\":" + std::to_string(counters.dropped) +
               ",\"errors\":" + std::to_string(counters.errors) + "}";
      }
      out += "]}";
    }
    reply->send(json_response(out + "]}"));
  });
}

}  // namespace leat::service
