#include "cli/log_metrics.h"

namespace leat::cli {

void append_log_metrics(const EmbeddedLog& log, std::string& out) {
  LogStats stats = log.stats();
  auto add = [&](const char* name, const char* kind, const char* help, uint64_t value) {
    out += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " " + kind + "\n" +
           name + " " + std::to_string(value) + "\n";
  };
  add("leat_log_groups_total", "counter", "Groups written and synced", stats.groups);
  add("leat_log_records_total", "counter", "Records that are durable", stats.records);
  add("leat_log_written_bytes_total", "counter", "Bytes written to the journal",
      stats.bytes_written);
  add("leat_log_last_sync_ns", "gauge", "Duration of the last sync",
      static_cast<uint64_t>(stats.last_sync_ns));
  add("leat_log_waiting_bytes", "gauge", "Bytes that wait for the disk", stats.waiting_bytes);
  add("leat_log_segments", "gauge", "Segments of the journal", stats.segments);
  add("leat_log_segment_bytes", "gauge", "Bytes of all segments", stats.segment_bytes);
  add("leat_log_idempotency_entries", "gauge", "Idempotency keys that are remembered",
      stats.idempotency_entries);
  add("leat_log_disk_full", "gauge", "1 while appends are refused for want of room",
      stats.disk_full ? 1 : 0);
}

}  // namespace leat::cli
