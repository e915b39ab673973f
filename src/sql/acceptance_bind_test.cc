#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "sql/bind_testing.h"

// Binds the statements of ksqlDB's own test cases, which are not part of this repository.

namespace leat::sql {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Case = std::pair<std::string, std::string>;  // file, name

std::set<Case> first_light(const fs::path& root) {
  std::set<Case> out;
  std::ifstream in(root / "first-light.txt");
  for (std::string line; std::getline(in, line);)
    if (size_t tab = line.find('\t'); tab != std::string::npos)
      out.emplace(line.substr(0, tab), line.substr(tab + 1));
  return out;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string property_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Whether statements [0, n) are carried out in order, with what stopped them.
struct Outcome {
  size_t statement = 0;
  std::optional<Error> error;
};

Outcome run_all(const json& test, std::string_view format) {
  auto bench = testing::Bench::ksqldb();
  if (test.contains("properties"))
    for (const auto& [name, value] : test.at("properties").items()) {
      auto done = bench.session.set(name, property_text(value));
      if (!done) return {0, done.error()};
    }
  std::string all;
  for (const auto& statement : test.at("statements"))
    all += replaced(statement.get<std::string>(), "{FORMAT}", format) + "\n";
  auto parsed = parse(all);
  if (!parsed) return {SIZE_MAX, parsed.error()};
  for (size_t i = 0; i < parsed->size(); ++i) {
    auto done = bench.run((*parsed)[i].text);
    if (!done) return {i, done.error()};
  }
  return {parsed->size(), std::nullopt};
}

/// The schema that a case expects of a source, against the one that was bound.
void check_post(const json& test, std::string_view format, const std::string& where) {
  if (!test.contains("post") || !test.at("post").contains("sources")) return;
  auto bench = testing::Bench::ksqldb();
  for (const auto& statement : test.at("statements"))
    if (!bench.run(replaced(statement.get<std::string>(), "{FORMAT}", format))) return;
  for (const auto& expected : test.at("post").at("sources")) {
    const SourceDef* source = bench.catalogue.find(expected.at("name").get<std::string>());
    ASSERT_NE(source, nullptr) << where;
    EXPECT_EQ(source->is_table, expected.at("type") == "table") << where;
    if (expected.contains("keyFormat")) {
      EXPECT_EQ(name_of(source->key_format.kind),
                expected.at("keyFormat").at("format").get<std::string>())
          << where;
      EXPECT_EQ(source->window.has_value(), expected.at("keyFormat").contains("windowType"))
          << where;
    }
    if (!expected.contains("schema")) continue;
    auto columns = parse_columns(expected.at("schema").get<std::string>());
    ASSERT_TRUE(columns.has_value()) << where;
    std::string text;
    for (const ColumnDefinition& column : *columns) {
      bool key = column.role == ColumnRole::key || column.role == ColumnRole::primary_key;
      std::string type = column.type.name.text == "INT"       ? "INTEGER"
                         : column.type.name.text == "VARCHAR" ? "STRING"
                                                              : column.type.name.text;
      text += (text.empty() ? "" : ", ") + to_upper(column.name.text) + " " + type +
              (key ? " KEY" : "");
    }
    std::string actual;
    for (size_t i = 0; i < source->schema.width(); ++i) {
      std::string type = source->schema.at(i).type.to_string();
      actual += (actual.empty() ? "" : ", ") + to_upper(source->schema.at(i).name) + " " +
                type.substr(0, type.find('(')) + (i < source->schema.key.size() ? " KEY" : "");
    }
    EXPECT_EQ(actual, text) << where;
  }
}

TEST(Acceptance, statements_of_the_first_subset_bind_and_wrong_ones_are_rejected) {
  const char* shared = std::getenv("LEAT_SHARED");
  if (shared == nullptr) GTEST_SKIP() << "skipped: LEAT_SHARED names no directory";
  fs::path root = fs::path(shared) / "acceptance/ksqldb";
  size_t cases = 0;
  std::set<Case> wanted = first_light(root);
  ASSERT_FALSE(wanted.empty());
  for (const char* suite : {"qtt", "rqtt"})
    for (const auto& entry : fs::directory_iterator(root / suite)) {
      std::ifstream in(entry.path());
      json file = json::parse(in, nullptr, true, true);
      for (const auto& test : file.at("tests")) {
        std::string name = test.at("name").get<std::string>();
        if (!wanted.contains({entry.path().filename().string(), name})) continue;
        ++cases;
        std::vector<std::string> formats = {""};
        if (test.contains("format")) formats = test.at("format").get<std::vector<std::string>>();
        for (const std::string& format : formats) {
          std::string where = entry.path().filename().string() + ": " + name + " " + format;
          Outcome outcome = run_all(test, format);
          bool negative = test.contains("expectedException");
          // What fails at run time only binds.
          bool has_inputs = test.contains("inputs") && !test.at("inputs").empty();
          if (negative && has_inputs) continue;
          if (negative)
            EXPECT_TRUE(outcome.error.has_value()) << where;
          else
            EXPECT_FALSE(outcome.error.has_value())
                << where << "\n"
                << (outcome.error ? outcome.error->to_string() : "");
          if (outcome.error && std::getenv("LEAT_SHOW_ERRORS") != nullptr)
            std::printf("%s\n%s\n", where.c_str(), outcome.error->to_string().c_str());
          if (!negative) check_post(test, format, where);
        }
      }
    }
  EXPECT_GE(cases, wanted.size());
}

}  // namespace
}  // namespace leat::sql
