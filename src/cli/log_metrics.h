#pragma once
#include <string>

#include "log/embedded/embedded_log.h"

namespace leat::cli {

/// Appends the embedded log's counters in Prometheus' text format.
void append_log_metrics(const EmbeddedLog& log, std::string& out);

}  // namespace leat::cli
