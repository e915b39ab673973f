#pragma once
#include <span>
#include <string>
#include <unordered_map>

#include "exec/row_codec.h"
#include "exec/stateful.h"

namespace leat::exec {

/// Keeps the last row of each key, in the order of offsets whatever the timestamps say, and tells
/// what it replaced. Rows without a key are dropped and counted.
class MaterializeOperator final : public StatefulOperator {
 public:
  MaterializeOperator(TaskContext& task, int node)
      : StatefulOperator(task, node), codec_(description().schema.value) {}
  Status process(Batch& in, size_t port) override;
  Status flush() override;
  void reset() override { gone_at_.clear(); }

  void decode_values(std::span<const ByteView> values, std::vector<Column>& columns, size_t first,
                     Arena& arena) override {
    codec_.decode(values, columns, first, arena);
  }

 private:
  Status store(Batch& in);
  TimeMs time_of_removal(ByteView key, ByteView before) const override {
    auto found = gone_at_.find(std::string(key));
    return found == gone_at_.end() ? time_of(before) : found->second;
  }
  RowCodec codec_;
  Arena arena_;
  std::vector<ByteView> keys_, rows_;
  std::vector<uint8_t> has_key_, created_;
  std::vector<state::Entry*> entries_;
  std::unordered_map<std::string, TimeMs> gone_at_;  // keys that the epoch's tombstones removed
};

}  // namespace leat::exec
