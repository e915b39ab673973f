#include "sql/known_functions.h"

#include <array>

#include "base/text.h"

namespace leat::sql {
namespace {

using plan::AggregateKind;

constexpr std::array kAggregates = {
    AggregateFunction{"COUNT", AggregateKind::count, true,
                      "the number of rows (COUNT(*)), or of those where x is not NULL"},
    AggregateFunction{"COUNT_DISTINCT", AggregateKind::count_distinct, false,
                      "the number of different values"},
    AggregateFunction{"SUM", AggregateKind::sum, true, "the sum"},
    AggregateFunction{"MIN", AggregateKind::min, false, "the lowest value"},
    AggregateFunction{"MAX", AggregateKind::max, false, "the highest value"},
    AggregateFunction{"AVG", AggregateKind::avg, true, "the mean, as DOUBLE"},
    AggregateFunction{"EARLIEST_BY_OFFSET", AggregateKind::earliest, false,
                      "the value of the first row that has one"},
    AggregateFunction{"LATEST_BY_OFFSET", AggregateKind::latest, false,
                      "the value of the last row that has one"},
};

constexpr std::array<std::string_view, 11> kLaterAggregates = {
    "ATTR",     "COLLECT_LIST", "COLLECT_SET",  "CORRELATION",   "HISTOGRAM",    "STDDEV_SAMP",
    "SUM_LIST", "TOPK",         "TOPKDISTINCT", "COUNTDISTINCT", "STDDEV_SAMPLE"};
constexpr std::array<std::string_view, 2> kLaterTableFunctions = {"EXPLODE", "CUBE_EXPLODE"};
constexpr std::array<std::string_view, 76> kLaterFunctions = {"RANDOM",
                                                              "GEO_DISTANCE",
                                                              "ENCODE",
                                                              "FROM_BYTES",
                                                              "MASK",
                                                              "MASK_KEEP_LEFT",
                                                              "MASK_KEEP_RIGHT",
                                                              "MASK_LEFT",
                                                              "MASK_RIGHT",
                                                              "MD5",
                                                              "SPLIT",
                                                              "SPLIT_TO_MAP",
                                                              "TO_BYTES",
                                                              "UUID",
                                                              "INT_FROM_BYTES",
                                                              "BIGINT_FROM_BYTES",
                                                              "DOUBLE_FROM_BYTES",
                                                              "REGEXP_EXTRACT",
                                                              "REGEXP_EXTRACT_ALL",
                                                              "REGEXP_REPLACE",
                                                              "REGEXP_SPLIT_TO_ARRAY",
                                                              "URL_DECODE_PARAM",
                                                              "URL_ENCODE_PARAM",
                                                              "URL_EXTRACT_FRAGMENT",
                                                              "URL_EXTRACT_HOST",
                                                              "URL_EXTRACT_PARAMETER",
                                                              "URL_EXTRACT_PATH",
                                                              "URL_EXTRACT_PORT",
                                                              "URL_EXTRACT_PROTOCOL",
                                                              "URL_EXTRACT_QUERY",
                                                              "ARRAY_CONCAT",
                                                              "ARRAY_CONTAINS",
                                                              "ARRAY_DISTINCT",
                                                              "ARRAY_EXCEPT",
                                                              "ARRAY_INTERSECT",
                                                              "ARRAY_JOIN",
                                                              "ARRAY_LENGTH",
                                                              "ARRAY_MAX",
                                                              "ARRAY_MIN",
                                                              "ARRAY_REMOVE",
                                                              "ARRAY_SORT",
                                                              "ARRAY_UNION",
                                                              "GENERATE_SERIES",
                                                              "SLICE",
                                                              "AS_MAP",
                                                              "ENTRIES",
                                                              "MAP_KEYS",
                                                              "MAP_UNION",
                                                              "MAP_VALUES",
                                                              "TRANSFORM",
                                                              "FILTER",
                                                              "REDUCE",
                                                              "EXTRACTJSONFIELD",
                                                              "IS_JSON_STRING",
                                                              "JSON_ARRAY_CONTAINS",
                                                              "JSON_ARRAY_LENGTH",
                                                              "JSON_CONCAT",
                                                              "JSON_ITEMS",
                                                              "JSON_KEYS",
                                                              "JSON_RECORDS",
                                                              "TO_JSON_STRING",
                                                              "CONVERT_TZ",
                                                              "DATEADD",
                                                              "DATESUB",
                                                              "DATETOSTRING",
                                                              "FORMAT_DATE",
                                                              "FORMAT_TIME",
                                                              "FROM_DAYS",
                                                              "PARSE_DATE",
                                                              "PARSE_TIME",
                                                              "STRINGTODATE",
                                                              "TIMEADD",
                                                              "TIMESUB",
                                                              "TIMESTAMPADD",
                                                              "TIMESTAMPSUB",
                                                              "UNIX_DATE"};

template <size_t n>
bool among(const std::array<std::string_view, n>& names, std::string_view name) {
  for (std::string_view known : names)
    if (equals_ignoring_case(known, name)) return true;
  return false;
}

}  // namespace

std::span<const AggregateFunction> aggregates() { return kAggregates; }

std::optional<AggregateKind> aggregate_named(std::string_view name) {
  for (const AggregateFunction& known : kAggregates)
    if (equals_ignoring_case(known.name, name)) return known.kind;
  return std::nullopt;
}

std::string_view name_of(AggregateKind kind) {
  if (kind == AggregateKind::count_all) return "COUNT";
  for (const AggregateFunction& known : kAggregates)
    if (known.kind == kind) return known.name;
  return {};
}

bool has_undo(AggregateKind kind) {
  if (kind == AggregateKind::count_all) return true;
  for (const AggregateFunction& known : kAggregates)
    if (known.kind == kind) return known.undo;
  return false;
}

std::string_view later_function(std::string_view name) {
  if (among(kLaterAggregates, name)) return "aggregate function";
  if (among(kLaterTableFunctions, name)) return "table function";
  if (among(kLaterFunctions, name)) return "function";
  return {};
}

}  // namespace leat::sql
