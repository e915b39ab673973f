#include "cli/server.h"

#include <cstdio>
#include <cstdlib>

#include "cli/exit_code.h"
#include "cli/log_metrics.h"
#include "sql/functions/register.h"

namespace leat::cli {
namespace {

#ifdef LEAT_FAULTS
/// Whether the kill test asks for this bug, to show that it finds it.
bool is_planted(std::string_view bug) {
  const char* planted = std::getenv("PLANTED_BUG");
  return planted != nullptr && bug == planted;
}
#endif

void stop_process(const Error& error) {
  // What was not answered has an unknown outcome; what was answered is safe. Going on could only
  // make it worse.
  std::fprintf(stderr, "leat: stopping: %s\n", error.to_string().c_str());
  std::fflush(stderr);
  std::_Exit(kDamage);
}

void print_recovery(const RecoveryReport& report) {
  if (report.cut_bytes > 0)
    std::fprintf(stderr, "event=torn_tail_cut file=%s position=%llu bytes=%llu\n",
                 report.cut_file.c_str(), static_cast<unsigned long long>(report.cut_position),
                 static_cast<unsigned long long>(report.cut_bytes));
  if (report.restored)
    std::fprintf(stderr,
                 "event=restored_directory text=\"positions of the original are refused\"\n");
  for (const std::string& warning : report.warnings)
    std::fprintf(stderr, "event=recovery_warning text=\"%s\"\n", warning.c_str());
}

}  // namespace

Result<std::string> Server::application_id(const ServerOptions& options,
                                           const service::ScriptFacts& facts) const {
  if (!options.app.empty()) return options.app;
  if (std::string_view set = facts.session.get("application.id"); !set.empty())
    return std::string(set);
  if (!options.app_default.empty()) return options.app_default;
  if (!facts.application_id.empty()) return facts.application_id;
  std::vector<std::string> known = log_->applications();
  if (known.size() == 1) return known.front();
  if (known.empty()) return std::string("leat");
  std::string names;
  for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
  return Error(ErrorCode::invalid_argument, "this directory has several applications: " + names,
               "choose one with --app");
}

Status Server::open(ServerOptions options) {
  sql::register_functions(functions_);
  LEAT_TRY(service::ScriptFacts facts,
           service::read_script_facts(options.files, std::move(options.session)));
  EmbeddedOptions log{options.data, io::system_disk(), io::system_clock(), io::system_random()};
  log.on_fatal = stop_process;
#ifdef LEAT_FAULTS
  log.faults.ack_before_sync = is_planted("ack_before_sync");
  log.faults.early_ms = 20;
#endif
  LEAT_TRY(log_, EmbeddedLog::open(std::move(log)));
  print_recovery(log_->recovery_report());

  service::ApplicationOptions app;
  LEAT_TRY(app.id, application_id(options, facts));
  app.threads = options.threads;
  app.frozen = options.frozen;
  app.snapshot_directory = options.data + "/snapshots";
  app.session = std::move(facts.session);
  app.on_fatal = stop_process;
#ifdef LEAT_FAULTS
  app.faults.replays_a_record = is_planted("replayed_record");
  if (is_planted("crash")) app.faults.dies_of = "poison";
#endif
  LEAT_TRY(app_, service::Application::open(*log_, io::system_disk(), io::system_clock(),
                                            functions_, std::move(app)));
  app_->start();
  if (!options.files.empty()) LEAT_CHECK(app_->load(options.files));
  api_ = std::make_unique<service::Api>(
      *app_, [log = log_.get()](std::string& out) { append_log_metrics(*log, out); });
  return {};
}

Status Server::listen(service::HttpOptions options) {
  auto handler = [api = api_.get()](service::HttpRequest request,
                                    std::shared_ptr<service::HttpReply> reply) {
    api->handle(std::move(request), std::move(reply));
  };
  LEAT_TRY(http_, service::HttpServer::listen(std::move(options), std::move(handler)));
  http_->start();
  return {};
}

Status Server::close() {
  if (http_) http_->stop();
  if (api_) api_->stop();
  if (app_) app_->stop();
  http_.reset();
  api_.reset();
  app_.reset();
  Status closed = log_ ? log_->close() : Status();
  log_.reset();
  return closed;
}

}  // namespace leat::cli
