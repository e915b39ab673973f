// leat verify: checks a data directory and changes nothing.
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "data/json_value.h"
#include "log/embedded/verify.h"
#include "state/snapshot_files.h"
#include "state/snapshot_reader.h"

namespace leat::cli {
namespace {

struct VerifyFlags {
  std::string directory;
  bool json = false;
};

/// Snapshots of all applications that are not whole; a restart passes over them, so they are
/// warnings in the log's terms and damage here.
Status check_snapshots(const std::string& directory, VerifyReport& report, uint64_t& snapshots) {
  LEAT_TRY(auto files,
           state::list_snapshots(io::system_disk(), directory + "/snapshots", std::nullopt));
  for (const state::SnapshotFile& file : files) {
    ++snapshots;
    auto reader = state::SnapshotReader::open(io::system_disk(), file.path, std::nullopt);
    Status whole = reader.has_value() ? reader->verify() : Status(reader.error());
    if (!whole.has_value()) report.damages.push_back({file.path, 0, whole.error().message()});
  }
  return {};
}

void print_json(const VerifyReport& report, uint64_t snapshots) {
  std::string out = std::string("{\"sound\":") + (report.sound() ? "true" : "false");
  auto add = [&](const char* name, uint64_t value) {
    out += ",\"" + std::string(name) + "\":" + std::to_string(value);
  };
  add("segments", report.segments);
  add("frames", report.frames);
  add("batches", report.batches);
  add("records", report.records);
  add("commits", report.commits);
  add("snapshots", snapshots);
  add("bytes", report.bytes);
  add("torn_bytes", report.torn_bytes);
  out += ",\"damages\":[";
  for (size_t i = 0; i < report.damages.size(); ++i) {
    if (i > 0) out += ',';
    out += "{\"file\":";
    append_json_string(out, report.damages[i].file);
    out += ",\"position\":" + std::to_string(report.damages[i].position) + ",\"what\":";
    append_json_string(out, report.damages[i].what);
    out += "}";
  }
  std::printf("%s]}\n", out.c_str());
}

void print_text(const VerifyReport& report, uint64_t snapshots) {
  Table table({"segments", "frames", "batches", "records", "commits", "snapshots", "bytes"},
              std::vector<bool>(7, true));
  table.add({std::to_string(report.segments), std::to_string(report.frames),
             std::to_string(report.batches), std::to_string(report.records),
             std::to_string(report.commits), std::to_string(snapshots),
             std::to_string(report.bytes)});
  table.print();
  if (report.torn_bytes > 0)
    std::printf(
        "%llu bytes at the end belong to a write that was never finished; opening cuts them\n",
        static_cast<unsigned long long>(report.torn_bytes));
  for (const LogDamage& damage : report.damages)
    std::printf("DAMAGED %s at %llu: %s\n", damage.file.c_str(),
                static_cast<unsigned long long>(damage.position), damage.what.c_str());
  std::printf("%s\n", report.sound()
                          ? "Sound"
                          : "Not sound: restore a backup, or keep the directory for an expert");
}

int verify(const VerifyFlags& flags) {
  auto report = verify_log(io::system_disk(), flags.directory);
  if (!report.has_value()) return fail(report.error());
  uint64_t snapshots = 0;
  if (Status checked = check_snapshots(flags.directory, *report, snapshots); !checked.has_value())
    return fail(checked.error());
  flags.json ? print_json(*report, snapshots) : print_text(*report, snapshots);
  return report->sound() ? kDone : kNo;
}

}  // namespace

void add_verify(CLI::App& parent, const SetRun& set_run) {
  CLI::App* app =
      parent.add_subcommand("verify", "Check every byte of a data directory; changes nothing");
  auto flags = std::make_shared<VerifyFlags>();
  app->add_option("directory", flags->directory, "Data directory")->required()->type_name("DIR");
  app->add_flag("--json", flags->json, "The findings as one JSON object");
  app->footer("Exit code 0: sound, 1: damage was found.\nExample:\n  leat verify ./d");
  set_run([flags] { return verify(*flags); });
}

}  // namespace leat::cli
