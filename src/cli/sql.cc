// leat sql: a shell on a running server, or one statement.
#include <histedit.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/file_text.h"
#include "cli/json_text.h"
#include "cli/signals.h"
#include "cli/table.h"
#include "cli/target.h"
#include "data/json_value.h"
#include "sql/script.h"

namespace leat::cli {
namespace {

struct SqlFlags {
  TargetFlags target;
  std::string statement;
  bool json = false;
};

/// Rows of a push query, shown as they come. On a terminal the last screenful of rows stays in
/// place and is repainted; piped, each row is a line.
class PushView {
 public:
  PushView(std::vector<std::string> columns, bool json)
      : columns_(std::move(columns)), json_(json), repaint_(!json && isatty(STDOUT_FILENO)) {}

  Status add(std::string_view row) {
    if (json_) {
      std::printf("%.*s\n", static_cast<int>(row.size()), row.data());
      return flush();
    }
    LEAT_TRY(std::vector<std::string> cells, array_elements(row));
    for (std::string& cell : cells) cell = cell_text(cell);
    if (repaint_) {
      rows_.push_back(std::move(cells));
      if (rows_.size() > kShown) rows_.erase(rows_.begin());
      paint();
    } else {
      std::string line;
      for (const std::string& cell : cells) line += (line.empty() ? "" : "\t") + cell;
      std::printf("%s\n", line.c_str());
      return flush();
    }
    return {};
  }

 private:
  static constexpr size_t kShown = 20;
  // When nobody reads any more (leat sql -e .. | head), the query ends.
  static Status flush() {
    if (std::fflush(stdout) != 0) request_stop();
    return {};
  }
  void paint() {
    if (painted_ > 0) std::printf("\x1b[%zuA\x1b[J", painted_);
    Table table(columns_);
    for (const auto& row : rows_) table.add(row);
    table.print();
    painted_ = rows_.size() + 2;
    std::fflush(stdout);
  }
  std::vector<std::string> columns_;
  bool json_;
  bool repaint_;
  std::vector<std::vector<std::string>> rows_;
  size_t painted_ = 0;
};

/// One connection's statements; SET and DEFINE live here and travel with each.
class Shell {
 public:
  Shell(Target& target, bool json) : target_(target), json_(json) {}

  Status run(const std::string& statement) {
    std::string body = "{\"statement\":";
    append_json_string(body, statement);
    body += session_ + "}";
    std::unique_ptr<PushView> push;
    Status shown;
    Status done =
        target_.stream("/v1/sql", body, [&](std::string_view type, std::string_view line) {
          if (!type.starts_with("application/x-ndjson")) {
            if (type.starts_with("application/json")) shown = show(line);
            return true;
          }
          if (!push) {
            auto columns = column_names(line);
            if (!columns.has_value()) {
              shown = std::move(columns).error();
              return false;
            }
            push = std::make_unique<PushView>(*std::move(columns), json_);
          } else if (line.starts_with("{\"error\":")) {
            auto text = member_text(line, "error");
            shown = text.has_value() ? error_of_problem({500, "", *text}) : std::move(text).error();
            return false;
          } else {
            shown = push->add(line);
          }
          return shown.has_value() && !stop_requested();
        });
    if (!done.has_value()) return done;
    return shown;
  }

 private:
  static Result<std::vector<std::string>> column_names(std::string_view answer) {
    LEAT_TRY(std::string columns, member_text(answer, "columns"));
    LEAT_TRY(std::vector<std::string> elements, array_elements(columns));
    std::vector<std::string> names;
    for (const std::string& element : elements) {
      LEAT_TRY(std::string name, member_text(element, "name"));
      names.push_back(cell_text(name));
    }
    return names;
  }

  Status show(std::string_view answer) {
    LEAT_TRY(std::string session, member_text(answer, "session"));
    if (!session.empty()) {
      LEAT_TRY(std::string properties, member_text(session, "properties"));
      LEAT_TRY(std::string variables, member_text(session, "variables"));
      session_ = ",\"properties\":" + properties + ",\"variables\":" + variables;
    }
    LEAT_TRY(std::string message, member_text(answer, "message"));
    if (json_) {
      std::printf("%.*s\n", static_cast<int>(answer.size()), answer.data());
      return {};
    }
    if (!message.empty()) {
      std::printf("%s\n", cell_text(message).c_str());
      return {};
    }
    LEAT_TRY(std::vector<std::string> columns, column_names(answer));
    LEAT_TRY(std::string rows, member_text(answer, "rows"));
    LEAT_TRY(std::vector<std::string> elements, array_elements(rows));
    Table table(columns);
    for (const std::string& row : elements) {
      LEAT_TRY(std::vector<std::string> cells, array_elements(row));
      for (std::string& cell : cells) cell = cell_text(cell);
      table.add(std::move(cells));
    }
    table.print();
    std::printf("%zu %s\n", table.rows(), table.rows() == 1 ? "row" : "rows");
    return {};
  }

  Target& target_;
  bool json_;
  std::string session_;
};

Status run_script(Shell& shell, const std::string& text) {
  LEAT_TRY(std::vector<sql::ScriptPiece> pieces, sql::split_script(text));
  for (const sql::ScriptPiece& piece : pieces)
    if (piece.kind == sql::ScriptPiece::Kind::statement) LEAT_CHECK(shell.run(piece.text));
  return {};
}

constexpr const char* kHelp =
    "Statements end with ';'. SHOW TABLES; DESCRIBE name; SELECT * FROM name; SELECT * FROM name "
    "EMIT CHANGES;\n"
    "Ctrl-C ends a query that goes on. exit or Ctrl-D leaves.\n";

const char* g_prompt = "leat> ";
char* prompt(EditLine*) { return const_cast<char*>(g_prompt); }

/// The next character that is typed; -1 at the end, and after Ctrl-C, which the editor's own
/// reading would sleep through.
int read_character(EditLine*, wchar_t* out) {
  char bytes[4];
  size_t have = 0;
  size_t wanted = 1;
  while (have < wanted) {
    ssize_t n = stop_requested() ? -1 : ::read(STDIN_FILENO, bytes + have, 1);
    if (n < 0 && errno == EINTR && !stop_requested()) continue;
    if (n <= 0) return n == 0 && have == 0 ? 0 : -1;
    auto first = static_cast<unsigned char>(bytes[0]);
    wanted = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    ++have;
  }
  auto first = static_cast<unsigned char>(bytes[0]);
  auto point = static_cast<wchar_t>(wanted == 1 ? first : first & (0x7f >> wanted));
  for (size_t i = 1; i < wanted; ++i)
    point = static_cast<wchar_t>((point << 6) | (static_cast<unsigned char>(bytes[i]) & 0x3f));
  *out = point;
  return 1;
}

/// Reads statements with line editing and history until the user leaves.
int interact(Shell& shell) {
  EditLine* editor = el_init("leat", stdin, stdout, stderr);
  History* history = history_init();
  HistEvent event;
  ::history(history, &event, H_SETSIZE, 500);
  el_set(editor, EL_PROMPT, &prompt);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_GETCFN, &read_character);
  el_set(editor, EL_HIST, ::history, history);
  std::printf("%s", kHelp);
  std::string pending;
  for (;;) {
    g_prompt = pending.empty() ? "leat> " : "   -> ";
    int count = 0;
    const char* line = el_gets(editor, &count);
    if (stop_requested()) {  // Ctrl-C at the prompt forgets what was typed
      forget_stop();
      pending.clear();
      el_reset(editor);
      std::printf("\n");
      continue;
    }
    if (line == nullptr || count <= 0) break;
    std::string_view text = trim(line);
    if (pending.empty() && (text == "exit" || text == "quit" || text == "exit;" || text == "quit;"))
      break;
    if (pending.empty() && (text == "help" || text == "help;")) {
      std::printf("%s", kHelp);
      continue;
    }
    if (text.empty()) continue;
    ::history(history, &event, H_ENTER, line);
    pending += line;
    if (!text.ends_with(';')) continue;
    Status done = run_script(shell, pending);
    if (!done.has_value() && !stop_requested()) (void)fail(done.error());
    forget_stop();
    pending.clear();
  }
  history_end(history);
  el_end(editor);
  return kDone;
}

int run(const SqlFlags& flags) {
  auto target = open_target(flags.target);
  if (!target.has_value()) return fail(target.error());
  Shell shell(**target, flags.json);
  catch_stop_signals();
  if (flags.statement.empty() && isatty(STDIN_FILENO)) return interact(shell);
  Result<std::string> text =
      flags.statement.empty() ? read_text("-") : Result<std::string>(flags.statement);
  if (!text.has_value()) return fail(text.error());
  Status done = run_script(shell, *text);
  return done.has_value() ? static_cast<int>(kDone) : fail(done.error());
}

}  // namespace

void add_sql(CLI::App& parent, const SetRun& set_run) {
  CLI::App* app = parent.add_subcommand("sql", "A shell on a running server, or one statement");
  auto flags = std::make_shared<SqlFlags>();
  app->add_option("-e,--execute", flags->statement, "Run these statements and exit")
      ->type_name("STATEMENT");
  app->add_flag("--json", flags->json, "Answers as JSON, one a line");
  add_target_flags(*app, flags->target);
  app->footer(
      "Examples:\n"
      "  leat sql\n"
      "  leat sql -e 'SELECT * FROM balances LIMIT 10;'\n"
      "  leat sql -e 'SELECT * FROM balances EMIT CHANGES;'\n"
      "  leat sql --data ./d -e 'SHOW TABLES;'");
  set_run([flags] { return run(*flags); });
}

}  // namespace leat::cli
