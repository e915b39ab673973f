// leat test: SQL test cases, without log or network.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cases/run.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "data/json_value.h"
#include "sql/functions/register.h"

namespace leat::cli {
namespace {

struct TestFlags {
  std::vector<std::string> paths;
  std::string filter;
  bool json = false;
  bool quick = false;
};

void print_json(const cases::TestCase& test, const cases::Outcome& outcome) {
  std::string line = "{\"file\":";
  append_json_string(line, test.file);
  line += ",\"name\":";
  append_json_string(line, test.name);
  line += ",\"result\":";
  append_json_string(line, name_of(outcome.verdict));
  line += ",\"reason\":";
  append_json_string(line, outcome.reason);
  line += "}\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
}

void print_failure(const cases::TestCase& test, const cases::Outcome& outcome) {
  std::string text = "FAILED  " + test.file + ": " + test.name + "\n";
  for (size_t at = 0; at < outcome.reason.size();) {
    size_t end = std::min(outcome.reason.find('\n', at), outcome.reason.size());
    text += "        " + outcome.reason.substr(at, end - at) + "\n";
    at = end + 1;
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
}

/// Shows on a terminal how far a long list is.
class Progress {
 public:
  Progress(bool on, size_t of) : on_(on && isatty(STDERR_FILENO) != 0), of_(of) {}
  void show(size_t done) const {
    if (on_) std::fprintf(stderr, "\r%zu of %zu cases", done, of_);
  }
  void clear() const {
    if (on_) std::fprintf(stderr, "\r\033[K");
  }

 private:
  bool on_;
  size_t of_;
};

bool chosen(const cases::TestCase& test, const std::string& filter) {
  return filter.empty() || (test.file + " - " + test.name).find(filter) != std::string::npos;
}

int run(const TestFlags& flags) {
  auto found = cases::find_cases(flags.paths);
  if (!found.has_value()) return fail(found.error());
  std::erase_if(*found, [&](const auto& test) { return !chosen(test, flags.filter); });
  plan::FunctionRegistry functions;
  sql::register_functions(functions);

  size_t counts[3] = {};
  Progress progress(!flags.json, found->size());
  for (size_t i = 0; i < found->size(); ++i) {
    progress.show(i);
    const cases::TestCase& test = (*found)[i];
    cases::Outcome outcome = cases::run_case(test, functions, flags.quick);
    ++counts[static_cast<size_t>(outcome.verdict)];
    if (flags.json) {
      print_json(test, outcome);
    } else if (outcome.verdict == cases::Verdict::failed) {
      progress.clear();
      print_failure(test, outcome);
    }
  }
  progress.clear();
  if (!flags.json)
    std::printf("%zu passed, %zu failed, %zu unsupported\n", counts[0], counts[1], counts[2]);
  return counts[1] == 0 ? kDone : kNo;
}

}  // namespace

void add_test(CLI::App& parent, const SetRun& set_run) {
  CLI::App* app = parent.add_subcommand("test", "Run SQL test cases; no log or network needed");
  auto flags = std::make_shared<TestFlags>();
  app->add_option("paths", flags->paths, "Files or folders of cases (.sql, ksqlDB's .json)")
      ->required()
      ->type_name("PATH");
  app->add_flag("--json", flags->json, "One object a case: file, name, result, reason");
  app->add_flag("--quick", flags->quick,
                "Each case once, without restarts, partitions and rewrites off");
  app->add_option("--filter", flags->filter, "Only cases whose file or name has this text")
      ->type_name("TEXT");
  app->footer(
      "Examples:\n"
      "  leat test examples/\n"
      "  leat test tests/sql/window --filter grace\n"
      "  leat test cases.json --quick --json");
  set_run([flags] { return run(*flags); });
}

}  // namespace leat::cli
