#include "exec/input_run.h"

#include <algorithm>

#include "exec/batch_rows.h"

namespace leat::exec {

Result<Batch*> ExchangeRun::next() {
  while (at_ < batches_.size()) {
    Batch* batch = batches_[at_++];
    if (batch->rows() > 0) return batch;
  }
  return nullptr;
}

namespace {

class Merge {
 public:
  Merge(std::vector<std::unique_ptr<InputRun>>& runs, size_t batch_rows) : batch_rows_(batch_rows) {
    for (auto& run : runs) heads_.push_back({run.get(), nullptr, 0});
  }

  Status run() {
    for (Head& head : heads_) {
      LEAT_TRY(head.batch, head.run->next());
    }
    drop_ended();
    while (heads_.size() > 1) LEAT_CHECK(step());
    LEAT_CHECK(flush());
    while (!heads_.empty()) {
      LEAT_CHECK(pass_rest(heads_.front()));
      LEAT_TRY(heads_.front().batch, heads_.front().run->next());
      heads_.front().row = 0;
      drop_ended();
    }
    return {};
  }

 private:
  struct Head {
    InputRun* run;
    Batch* batch;
    size_t row;
    TimeMs time() const { return batch->timestamps[row]; }
  };

  // Takes rows of the first run in order for as long as they come before every other head.
  Status step() {
    size_t first = 0;
    for (size_t i = 1; i < heads_.size(); ++i)
      if (heads_[i].time() < heads_[first].time()) first = i;
    TimeMs bound = INT64_MAX;  // rows up to it go now
    for (size_t i = 0; i < heads_.size(); ++i) {
      if (i == first) continue;
      // At equal times the earlier run goes first.
      TimeMs other = i < first ? heads_[i].time() - 1 : heads_[i].time();
      bound = std::min(bound, other);
    }
    Head& head = heads_[first];
    size_t end = head.row + 1;
    while (end < head.batch->rows() && head.batch->timestamps[end] <= bound) ++end;
    LEAT_CHECK(hand_on(head, end));
    head.row = end;
    if (end < head.batch->rows()) return {};
    if (!head.run->keeps_batches()) LEAT_CHECK(flush());
    LEAT_TRY(head.batch, head.run->next());
    head.row = 0;
    drop_ended();
    return {};
  }

  Status hand_on(Head& head, size_t end) {
    if (target_ != nullptr && (target_ != &head.run->target() || port_ != head.run->port()))
      LEAT_CHECK(flush());
    target_ = &head.run->target();
    port_ = head.run->port();
    if (pending_.rows() == 0 && head.row == 0 && end == head.batch->rows() &&
        end >= batch_rows_ / 2)
      return pass(*head.batch);
    for (size_t at = head.row; at < end;) {
      size_t take = std::min(end - at, batch_rows_ - pending_.rows());
      append_rows(*head.batch, at, at + take, pending_);
      at += take;
      if (pending_.rows() >= batch_rows_) LEAT_CHECK(flush());
    }
    return {};
  }

  Status pass_rest(Head& head) {
    target_ = &head.run->target();
    port_ = head.run->port();
    if (head.row == 0 && head.batch->rows() <= batch_rows_) return pass(*head.batch);
    for (size_t at = head.row; at < head.batch->rows(); at += batch_rows_) {
      append_rows(*head.batch, at, std::min(at + batch_rows_, head.batch->rows()), pending_);
      LEAT_CHECK(flush());
    }
    return {};
  }

  Status flush() {
    if (pending_.rows() == 0) return {};
    LEAT_CHECK(pass(pending_));
    pending_.columns.clear();
    pending_.old.clear();
    pending_.clear();
    return {};
  }

  Status pass(Batch& batch) {
    target_->state.counters.rows_in += batch.rows();
    return target_->process(batch, port_);
  }

  void drop_ended() {
    std::erase_if(heads_, [](const Head& head) { return head.batch == nullptr; });
  }

  size_t batch_rows_;
  std::vector<Head> heads_;
  Batch pending_;  // rows of one target, in order
  Operator* target_ = nullptr;
  size_t port_ = 0;
};

}  // namespace

Status merge_runs(std::vector<std::unique_ptr<InputRun>>& runs, size_t batch_rows) {
  return Merge(runs, std::max<size_t>(batch_rows, 1)).run();
}

}  // namespace leat::exec
