#include <filesystem>

#include "base/text.h"
#include "cases/test_case.h"

namespace leat::cases {
namespace {

/// "test: my case" -> "my case", when the directive is of that name.
std::optional<std::string> argument(const sql::ScriptPiece& piece, std::string_view name) {
  std::string_view text = piece.text;
  if (!equals_ignoring_case(text.substr(0, name.size()), name)) return std::nullopt;
  text = trim(text.substr(name.size()));
  if (!text.starts_with(':')) return std::nullopt;
  return std::string(trim(text.substr(1)));
}

Error unknown_directive(const std::string& file, const sql::ScriptPiece& piece) {
  return Error(
      ErrorCode::invalid_argument,
      file + ": line " + std::to_string(piece.span.line) + ": no directive --@" + piece.text,
      "there are --@test: NAME, --@expected.error: CODE and --@expected.message: TEXT");
}

}  // namespace

Result<std::vector<TestCase>> read_sql_cases(const std::string& file, std::string_view text) {
  if (text.find("--@test") == std::string_view::npos) return std::vector<TestCase>();
  auto pieces = sql::split_script(text);
  if (!pieces.has_value()) return std::move(pieces).error().with_context(file);
  std::vector<TestCase> cases;
  std::vector<sql::ScriptPiece> shared;
  for (sql::ScriptPiece& piece : *pieces) {
    SqlCase* current = cases.empty() ? nullptr : &std::get<SqlCase>(cases.back().body);
    if (piece.kind == sql::ScriptPiece::Kind::statement) {
      (current == nullptr ? shared : current->statements).push_back(std::move(piece));
    } else if (auto name = argument(piece, "test")) {
      SqlCase body;
      body.statements = shared;
      body.folder = std::filesystem::path(file).parent_path().string();
      cases.push_back({file, *name, std::move(body)});
    } else if (auto error = argument(piece, "expected.error"); error && current != nullptr) {
      current->expected_error = *error;
    } else if (auto message = argument(piece, "expected.message"); message && current != nullptr) {
      current->expected_message = *message;
    } else {
      return unknown_directive(file, piece);
    }
  }
  return cases;
}

}  // namespace leat::cases
