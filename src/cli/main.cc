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

/// What CLI11 says of a bad command line, with the nearest word where a subcommand was mistyped.
int usage_error(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == 0) return app.exit(error);
  std::fprintf(stderr, "leat: %s\n", error.what());
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  bool known = argc > 1 && std::find(names.begin(), names.end(), argv[1]) != names.end();
  if (argc > 1 && !known) {
    if (auto near = nearest(argv[1], names))
      std::fprintf(stderr, "  hint: did you mean leat %s?\n", near->c_str());
  }
  std::fprintf(stderr, "  hint: leat %s--help shows the usage\n",
               known ? (std::string(argv[1]) + " ").c_str() : "");
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
