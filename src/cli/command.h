#pragma once
#include <functional>

namespace CLI {
class App;
}

namespace leat::cli {

/// A subcommand adds its flags to `app` and, through `run`, what to do when it was chosen; `run`
/// returns the exit code.
using SetRun = std::function<void(std::function<int()>)>;

void add_run(CLI::App& app, const SetRun& set_run);
void add_topic(CLI::App& app, const SetRun& set_run);
void add_produce(CLI::App& app, const SetRun& set_run);
void add_consume(CLI::App& app, const SetRun& set_run);
void add_sql(CLI::App& app, const SetRun& set_run);
void add_test(CLI::App& app, const SetRun& set_run);
void add_verify(CLI::App& app, const SetRun& set_run);
void add_dlq(CLI::App& app, const SetRun& set_run);
void add_bench(CLI::App& app, const SetRun& set_run);

}  // namespace leat::cli
