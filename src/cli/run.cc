// leat run: an application on the embedded log of one directory.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <thread>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/file_text.h"
#include "cli/server.h"
#include "cli/settings_file.h"
#include "cli/signals.h"

extern char** environ;

namespace leat::cli {
namespace {

struct RunFlags {
  std::vector<std::string> files;
  std::string config;
  std::string app;
  std::string app_default;  // of file or environment: SET in the SQL goes before it
  std::string data = "./leat-data";
  std::string listen = "127.0.0.1:8088";
  int threads = 1;
  bool once = false;
  bool insecure = false;
  bool listen_given = false;
};

/// Later ones win: file, environment, SET in the SQL (applied by whoever reads the files), flags.
Result<Settings> gather(const CLI::App& app, RunFlags& flags) {
  Settings settings;
  if (!flags.config.empty()) {
    LEAT_TRY(settings, read_settings_file(flags.config));
  }
  LEAT_TRY(Settings environment, read_environment(environ));
  for (auto& [name, value] : environment) settings[name] = value;
  auto fill = [&](const char* flag, const char* name, std::string& value) {
    if (app.count(flag) == 0 && settings.contains(name)) value = settings[name];
  };
  fill("--app", "app", flags.app_default);
  fill("--data", "data", flags.data);
  fill("--listen", "listen", flags.listen);
  std::string threads = std::to_string(flags.threads);
  fill("--threads", "threads", threads);
  auto [end, bad] = std::from_chars(threads.data(), threads.data() + threads.size(), flags.threads);
  if (bad != std::errc() || end != threads.data() + threads.size() || flags.threads < 1 ||
      flags.threads > 256)
    return Error(ErrorCode::invalid_argument,
                 "threads must be a number from 1 to 256, not " + threads);
  if (app.count("--insecure") == 0 && settings.contains("insecure")) {
    const std::string& text = settings["insecure"];
    if (text != "true" && text != "false")
      return Error(ErrorCode::invalid_argument, "insecure must be true or false, not " + text);
    flags.insecure = text == "true";
  }
  flags.listen_given = app.count("--listen") > 0;
  return settings;
}

Result<service::HttpOptions> listen_options(const RunFlags& flags) {
  service::HttpOptions options;
  size_t colon = flags.listen.rfind(':');
  if (colon == std::string::npos)
    return Error(ErrorCode::invalid_argument, "not HOST:PORT: " + flags.listen,
                 "for example --listen 127.0.0.1:8088");
  options.address = flags.listen.substr(0, colon);
  if (options.address.empty()) options.address = "127.0.0.1";
  std::string port = flags.listen.substr(colon + 1);
  auto [end, bad] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (bad != std::errc() || end != port.data() + port.size())
    return Error(ErrorCode::invalid_argument, "not a port: " + port,
                 "for example --listen 127.0.0.1:8088");
  bool loopback = options.address == "localhost" || options.address == "::1" ||
                  options.address.starts_with("127.");
  if (!loopback && !flags.insecure)
    return Error(ErrorCode::invalid_argument,
                 "there is no authentication yet, so only this machine is listened to",
                 "listen on 127.0.0.1, or add --insecure to let everybody in who reaches " +
                     options.address);
  return options;
}

void print_ready(const RunFlags& flags, Server& server) {
  std::string host = flags.listen.substr(0, flags.listen.rfind(':'));
  std::printf("leat: application %s is at http://%s:%u\n", server.app().id().c_str(),
              host.empty() ? "127.0.0.1" : host.c_str(),
              static_cast<unsigned>(server.http().port()));
  std::fflush(stdout);
}

/// --once: until all that is in the log now has been taken in.
void run_once(Server& server) {
  runtime::Runtime& runtime = server.app().runtime();
  runtime::Position ends = runtime.input_ends();
  while (!runtime.level_with(ends) && !stop_requested())
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

Status serve(const CLI::App& app, RunFlags flags) {
  LEAT_TRY(Settings settings, gather(app, flags));
  if (flags.files.empty() && flags.app.empty())
    return Error(ErrorCode::invalid_argument, "there is no SQL file to run",
                 "leat run FILE.sql, or --app ID for an application that leat sql makes");
  ServerOptions options;
  options.data = flags.data;
  options.app = flags.app;
  options.app_default = flags.app_default;
  options.threads = flags.threads;
  LEAT_TRY(options.session, session_of(settings));
  LEAT_TRY(options.files, read_files(flags.files));
  bool listens = !flags.once || flags.listen_given;
  service::HttpOptions http;
  if (listens) {
    LEAT_TRY(http, listen_options(flags));  // before anything is opened
  }
  Server server;
  LEAT_CHECK(server.open(std::move(options)));
  if (listens) {
    LEAT_CHECK(server.listen(std::move(http)));
    print_ready(flags, server);
  }
  flags.once ? run_once(server) : wait_for_stop();
  return server.close();
}

int run(const CLI::App& app, const RunFlags& flags) {
  catch_stop_signals();
  Status served = serve(app, flags);
  return served.has_value() ? static_cast<int>(kDone) : fail(served.error());
}

}  // namespace

void add_run(CLI::App& parent, const SetRun& set_run) {
  CLI::App* app = parent.add_subcommand(
      "run", "Run the application in SQL files, on the embedded log of a directory");
  auto flags = std::make_shared<RunFlags>();
  app->add_option("files", flags->files, "SQL files of the application")->type_name("FILE.sql");
  app->add_option("--config", flags->config, "TOML file with settings")->type_name("FILE");
  app->add_option("--app", flags->app,
                  "Application id (default: SET 'application.id', else the first file's name)");
  app->add_option("--data", flags->data, "Data directory")->capture_default_str()->type_name("DIR");
  app->add_option("--listen", flags->listen, "Where HTTP is served")
      ->capture_default_str()
      ->type_name("HOST:PORT");
  app->add_option("--threads", flags->threads, "Threads that run queries")->capture_default_str();
  app->add_flag("--once", flags->once, "Process what is in the log now, then exit");
  app->add_flag("--insecure", flags->insecure,
                "Listen beyond this machine, without authentication");
  app->footer(
      "Examples:\n"
      "  leat run examples/payments/payments.sql --data ./d\n"
      "  leat run app.sql --data ./d --once            # catch up and exit\n"
      "  leat run a.sql b.sql --app shop --threads 2");
  set_run([app, flags] { return run(*app, *flags); });
}

}  // namespace leat::cli
