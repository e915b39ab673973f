#include "cli/settings_file.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <toml++/toml.h>

#include "base/text.h"

namespace leat::cli {
namespace {

constexpr std::array<std::string_view, 5> kFlags = {"app", "data", "listen", "threads", "insecure"};

bool is_flag(std::string_view name) {
  return std::find(kFlags.begin(), kFlags.end(), name) != kFlags.end();
}

Error unknown(const std::string& where, const std::string& name) {
  std::vector<std::string> names(kFlags.begin(), kFlags.end());
  for (const sql::Setting& setting : sql::settings()) {
    names.emplace_back(setting.name);
    names.push_back("settings." + std::string(setting.name));
  }
  auto near = nearest(name, names);
  return Error(ErrorCode::invalid_argument, where + ": unknown key " + name,
               near ? "did you mean " + *near + "?" : "");
}

std::optional<std::string> text_of(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return *text;
  if (auto number = node.value_exact<int64_t>()) return std::to_string(*number);
  if (auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  return std::nullopt;
}

Status take_table(const std::string& path, const toml::table& table, bool settings,
                  const std::string& prefix, Settings& out) {
  for (const auto& [key, node] : table) {
    std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      // [settings], and dotted names such as auto.offset.reset, which TOML reads as tables.
      LEAT_CHECK(take_table(path, *inner, true,
                            settings || name != "settings" ? name + "." : std::string(), out));
      continue;
    }
    bool known = settings ? sql::find_setting(name) != nullptr : is_flag(name);
    if (!known) return unknown(path, name);
    auto text = text_of(node);
    if (!text)
      return Error(ErrorCode::invalid_argument,
                   path + ": " + name + " must be text, a number or true or false");
    out[name] = *text;
  }
  return {};
}

}  // namespace

Result<Settings> read_settings_file(const std::string& path) {
  if (!std::filesystem::exists(path))
    return Error(ErrorCode::not_found, "there is no such file: " + path);
  try {
    toml::table table = toml::parse_file(path);
    Settings settings;
    LEAT_CHECK(take_table(path, table, false, "", settings));
    return settings;
  } catch (const toml::parse_error& error) {
    return Error(ErrorCode::invalid_argument, path + ": line " +
                                                  std::to_string(error.source().begin.line) + ": " +
                                                  std::string(error.description()));
  }
}

namespace {

std::string variable_of(std::string_view setting) {
  std::string name = "LEAT_SET_" + to_upper(setting);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

Error unknown_variable(const std::string& name) {
  std::vector<std::string> names;
  for (std::string_view flag : kFlags) names.push_back("LEAT_" + to_upper(flag));
  for (const sql::Setting& setting : sql::settings()) names.push_back(variable_of(setting.name));
  auto near = nearest(name, names);
  return Error(ErrorCode::invalid_argument, "environment: unknown key " + name,
               near ? "did you mean " + *near + "?" : "");
}

}  // namespace

Result<Settings> read_environment(char** environment) {
  Settings settings;
  for (char** entry = environment; *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    size_t equals = text.find('=');
    if (!text.starts_with("LEAT_") || equals == std::string_view::npos) continue;
    std::string name = to_lower(text.substr(5, equals - 5));
    std::string value(text.substr(equals + 1));
    if (is_flag(name)) {
      settings[name] = value;
      continue;
    }
    const sql::Setting* found = nullptr;
    for (const sql::Setting& setting : sql::settings())
      if (equals_ignoring_case(variable_of(setting.name), text.substr(0, equals))) found = &setting;
    if (found == nullptr) return unknown_variable(std::string(text.substr(0, equals)));
    settings[std::string(found->name)] = value;
  }
  return settings;
}

Result<sql::Session> session_of(const Settings& settings) {
  sql::Session session;
  for (const auto& [name, value] : settings)
    if (!is_flag(name)) LEAT_CHECK(session.set(name, value));
  return session;
}

}  // namespace leat::cli
