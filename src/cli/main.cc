// The program: one subcommand, one file.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "cli/command.h"
#include "cli/exit_code.h"

namespace leat::cli {
namespace {

constexpr const char* kAbout =
    "Leat: a durable log, exactly-once stream processing over it, and live views that services "
    "query.";
constexpr const char* kExamples =
    "Examples:\n"
    "  leat run examples/payments/payments.sql --data ./d\n"
    "  leat produce transfers --file transfers.ndjson --key id\n"
    "  leat sql -e 'SELECT * FROM balances;'\n"
    "  leat consume transfers --from beginning --max 5\n"
    "Every command has --help with examples of its own.";

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> names_of_flags(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// The first word that is no command, and the commands that are there in its place; or the first
/// flag that is not known.
struct Mistyped {
  const CLI::App* in;
  std::string commands;  // "leat topic"
  std::string word;
  std::vector<std::string> known;
};

Mistyped find_mistyped(const CLI::App& app, int argc, char** argv) {
  Mistyped found{&app, "leat", "", {}};
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    std::vector<std::string> commands = names_of_commands(*found.in);
    if (!word.starts_with("-") && !commands.empty()) {
      if (std::find(commands.begin(), commands.end(), word) == commands.end()) {
        found.word = word;
        found.known = commands;
        return found;
      }
      found.in = found.in->get_subcommand(word);
      found.commands += " " + word;
    } else if (word.starts_with("--")) {
      word = word.substr(0, word.find('='));
      std::vector<std::string> flags = names_of_flags(*found.in);
      if (std::find(flags.begin(), flags.end(), word) != flags.end()) continue;
      found.word = word;
      found.known = flags;
      return found;
    }
  }
  return found;
}

/// What is wrong with a command line, with the nearest word where one was mistyped.
int usage_error(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == 0) return app.exit(error);
  Mistyped mistyped = find_mistyped(app, argc, argv);
  if (mistyped.word.empty()) {
    std::fprintf(stderr, "leat: %s\n", error.what());
  } else {
    bool flag = mistyped.word.starts_with("-");
    std::fprintf(stderr, "leat: %s has no %s %s\n", mistyped.commands.c_str(),
                 flag ? "flag" : "command", mistyped.word.c_str());
    if (auto near = nearest(mistyped.word, mistyped.known))
      std::fprintf(stderr, "  hint: did you mean %s%s?\n",
                   flag ? "" : (mistyped.commands + " ").c_str(), near->c_str());
  }
  std::fprintf(stderr, "  hint: %s --help shows the usage\n", mistyped.commands.c_str());
  return kUsage;
}

int run(int argc, char** argv) {
  CLI::App app(kAbout, "leat");
  app.footer(kExamples);
  app.require_subcommand(1);
  app.set_version_flag("--version", "leat " LEAT_VERSION);
  app.failure_message(CLI::FailureMessage::simple);
  std::vector<std::pair<CLI::App*, std::function<int()>>> commands;
  for (auto* add : {add_run, add_topic, add_produce, add_consume, add_sql, add_test, add_verify,
                    add_dlq, add_bench}) {
    std::function<int()> action;
    size_t before = app.get_subcommands({}).size();
    add(app, [&](std::function<int()> f) { action = std::move(f); });
    commands.emplace_back(app.get_subcommands({})[before], std::move(action));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, argc, argv);
  }
  for (auto& [command, action] : commands)
    if (command->parsed()) return action();
  return kUsage;
}

}  // namespace
}  // namespace leat::cli

int main(int argc, char** argv) { return leat::cli::run(argc, argv); }
