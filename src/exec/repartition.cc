#include "exec/repartition.h"

#include "base/murmur2.h"
#include "exec/batch_rows.h"

namespace leat::exec {

Result<std::unique_ptr<RepartitionOperator>> RepartitionOperator::make(TaskContext& task, int node,
                                                                       int32_t partitions) {
  std::unique_ptr<RepartitionOperator> op(new RepartitionOperator(task, node));
  LEAT_TRY(op->encoder_, make_encoder(std::get<plan::Repartition>(op->description().op).key_format,
                                      op->description().schema.key, true));
  op->partitions_ = partitions;
  op->keys_.may_refer = true;
  op->rows_of_.resize(static_cast<size_t>(partitions));
  return op;
}

Status RepartitionOperator::encode_keys(Batch& in) {
  const size_t count = description().schema.key.size();
  while (true) {
    bool all_keyed = mark_keys(in, has_key_);
    std::vector<const Column*> columns;
    for (size_t k = 0; k < count; ++k) columns.push_back(&in.columns[k]);
    keys_.clear();
    errors_.clear();
    encoder_->encode(columns, in.rows(), all_keyed ? nullptr : has_key_.data(), keys_, errors_);
    if (errors_.empty()) return {};
    LEAT_CHECK(reject(in, errors_));
    in.keep(rows_without(in.rows(), errors_));
  }
}

Status RepartitionOperator::process(Batch& in, size_t) {
  LEAT_CHECK(charge(bytes_of(in)));
  LEAT_CHECK(encode_keys(in));
  for (auto& rows : rows_of_) rows.clear();
  for (uint32_t row = 0; row < in.rows(); ++row) {
    ByteView key = keys_.row(row);
    int32_t partition =
        is_null(key) ? static_cast<int32_t>(state.spread++ % static_cast<uint64_t>(partitions_))
                     : partition_for(key, partitions_);
    rows_of_[static_cast<size_t>(partition)].push_back(row);
  }
  auto& sent = task().out->exchanged[node()];
  sent.resize(static_cast<size_t>(partitions_));
  for (size_t p = 0; p < rows_of_.size(); ++p) {
    if (rows_of_[p].empty()) continue;
    auto batch = std::make_unique<Batch>();
    gather_rows(in, rows_of_[p], *batch);
    own_bytes(*batch);
    sent[p].push_back(std::move(batch));
  }
  state.counters.rows_out += in.rows();
  return {};
}

}  // namespace leat::exec
