#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "sql/parser.h"
#include "sql/print_ast.h"

// Parses the statements of ksqlDB's own test cases, which are not part of this repository.

namespace leat::sql {
namespace {

namespace fs = std::filesystem;

struct Counts {
  size_t cases = 0;
  size_t statements = 0;
  size_t refused = 0;
};

void check_statement(const std::string& text, const std::string& where) {
  auto parsed = parse(text);
  if (!parsed.has_value()) {
    ADD_FAILURE() << where << "\n" << parsed.error().to_string();
    return;
  }
  for (const Statement& statement : *parsed) {
    std::string canonical = to_sql(statement);
    auto again = parse(canonical);
    if (!again.has_value() || again->size() != 1) {
      ADD_FAILURE() << where << "\nthe canonical text does not parse: " << canonical;
      continue;
    }
    EXPECT_EQ(to_sql((*again)[0], {.parenthesize = true}),
              to_sql(statement, {.parenthesize = true}))
        << where;
  }
}

/// A case that ksqlDB's parser refuses is refused, too.
void check_refused(const nlohmann::json& test, const std::string& where, Counts& counts) {
  std::string all;
  for (const auto& statement : test.at("statements")) all += statement.get<std::string>() + "\n";
  ++counts.refused;
  EXPECT_FALSE(parse(all).has_value()) << where;
}

void check_file(const fs::path& path, Counts& counts) {
  std::ifstream in(path);
  auto file = nlohmann::json::parse(in, nullptr, true, /*ignore_comments=*/true);
  for (const auto& test : file.at("tests")) {
    bool expects_error = test.contains("expectedException") || test.contains("expectedError");
    std::string where = path.filename().string() + ": " + test.at("name").get<std::string>();
    if (expects_error) {
      if (test.dump().find("ParseFailedException") != std::string::npos)
        check_refused(test, where, counts);
      continue;
    }
    ++counts.cases;
    for (const auto& statement : test.at("statements")) {
      ++counts.statements;
      check_statement(statement.get<std::string>(), where);
    }
  }
}

TEST(AcceptanceStatements, all_parse_and_keep_their_meaning_in_canonical_text) {
  const char* shared = std::getenv("LEAT_SHARED");
  if (shared == nullptr || !fs::exists(fs::path(shared) / "acceptance" / "ksqldb"))
    GTEST_SKIP() << "LEAT_SHARED names no directory with acceptance/ksqldb";
  Counts counts;
  for (const char* suite : {"qtt", "rqtt"})
    for (const auto& entry :
         fs::directory_iterator(fs::path(shared) / "acceptance" / "ksqldb" / suite))
      if (entry.path().extension() == ".json") check_file(entry.path(), counts);
  EXPECT_GT(counts.cases, 0u);
  std::cout << counts.statements << " statements of " << counts.cases << " cases; "
            << counts.refused << " cases refused\n";
}

}  // namespace
}  // namespace leat::sql
