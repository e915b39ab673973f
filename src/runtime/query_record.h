#pragma once
#include <string>

#include "plan/node.h"

namespace leat::runtime {

/// What an application's metadata keeps of a query, under "query/<id>".
struct QueryRecord {
  EpochId since;        // the epoch in which the query began
  bool common = false;  // it had joined the common lane
  std::string statement;
  std::string plan;  // encoded; empty when the plan holds code and is built by the program
};

std::string query_key(std::string_view id);
std::string encode(const QueryRecord& record);
/// Errors: invalid_data.
Result<QueryRecord> decode_query_record(std::string_view text);

}  // namespace leat::runtime
