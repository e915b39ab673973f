// GET /metrics in Prometheus' text format.
#include "service/api.h"

namespace leat::service {
namespace {

std::string label(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void declare(std::string& out, std::string_view name, std::string_view kind,
             std::string_view help) {
  out += "# HELP " + std::string(name) + " " + std::string(help) + "\n# TYPE " + std::string(name) +
         " " + std::string(kind) + "\n";
}

struct NodeMetric {
  std::string_view name;
  std::string_view help;
  uint64_t exec::NodeCounters::*value;
};

constexpr NodeMetric kNodeMetrics[] = {
    {"leat_exec_rows_in_total", "Rows that a node of a query took", &exec::NodeCounters::rows_in},
    {"leat_exec_rows_out_total", "Rows that a node of a query gave", &exec::NodeCounters::rows_out},
    {"leat_exec_late_total", "Rows past the grace of their window", &exec::NodeCounters::late},
    {"leat_exec_dropped_total", "Rows without a key, a match or a usable time",
     &exec::NodeCounters::dropped},
    {"leat_exec_errors_total", "Rows that could not be read or computed",
     &exec::NodeCounters::errors},
};

}  // namespace

void Api::get_metrics(const Reply& reply) {
  app_.runtime().status([this, reply](std::vector<runtime::QueryStatus> all) {
    auto plans = app_.runtime().plans();
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4";
    std::string& out = response.body;
    for (const NodeMetric& metric : kNodeMetrics) {
      declare(out, metric.name, "counter", metric.help);
      for (const auto& status : all) {
        if (!plans.contains(status.id)) continue;
        for (const auto& [node, counters] : status.counters)
          out += std::string(metric.name) + "{query=\"" + label(status.id) + "\",node=\"" +
                 label(plans[status.id]->nodes[static_cast<size_t>(node)].id) + "\"} " +
                 std::to_string(counters.*metric.value) + "\n";
      }
    }
    declare(out, "leat_runtime_lag_records", "gauge", "Records that wait in the inputs of a query");
    for (const auto& status : all)
      out += "leat_runtime_lag_records{query=\"" + label(status.id) + "\"} " +
             std::to_string(status.lag) + "\n";
    declare(out, "leat_runtime_query_up", "gauge", "1: running, 0: catching up or failed");
    for (const auto& status : all)
      out += "leat_runtime_query_up{query=\"" + label(status.id) + "\"} " +
             (status.level && !status.failure ? "1" : "0") + "\n";
    declare(out, "leat_service_streams", "gauge",
            "Responses that go on: change feeds and push queries");
    out += "leat_service_streams " + std::to_string(feeds_.size()) + "\n";
    declare(out, "leat_service_requests_total", "counter", "HTTP requests");
    out += "leat_service_requests_total " + std::to_string(requests_.load()) + "\n";
    if (log_metrics_) log_metrics_(out);
    reply->send(std::move(response));
  });
}

}  // namespace leat::service
