#include "runtime/query_record.h"

#include "base/varint.h"

namespace leat::runtime {
namespace {
constexpr uint8_t kVersion = 1;
}

std::string query_key(std::string_view id) { return "query/" + std::string(id); }

std::string encode(const QueryRecord& record) {
  std::string out(1, static_cast<char>(kVersion));
  append_varint(out, record.since.value);
  append_varint(out, record.common ? 1 : 0);
  append_sized(out, record.statement);
  append_sized(out, record.plan);
  return out;
}

Result<QueryRecord> decode_query_record(std::string_view text) {
  ByteReader reader(text);
  QueryRecord record;
  uint8_t version = 0;
  uint64_t since = 0;
  uint64_t common = 0;
  ByteView statement;
  ByteView plan;
  if (!reader.read_le(version) || version != kVersion)
    return Error(ErrorCode::unsupported, "a query was written by a newer version of Leat",
                 "upgrade this program");
  if (!reader.read_varint(since) || !reader.read_varint(common) || !reader.read_sized(statement) ||
      !reader.read_sized(plan) || !reader.done())
    return Error(ErrorCode::invalid_data, "the record of a query is damaged");
  record.since = EpochId(since);
  record.common = common != 0;
  record.statement = statement;
  record.plan = plan;
  return record;
}

}  // namespace leat::runtime
