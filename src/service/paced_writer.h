#pragma once
#include <algorithm>
#include <memory>
#include <string>

#include "service/feeds.h"
#include "service/http_types.h"

namespace leat::service {

/// What one client is to get, handed on in pieces as it reads: however much is added, never much
/// more than kFeedQueueBytes waits in the connection, where too much would end it. Owned by a feed.
class PacedWriter {
 public:
  explicit PacedWriter(std::shared_ptr<HttpStream> stream) : stream_(std::move(stream)) {}

  void add(std::string_view bytes) { waiting_ += bytes; }

  /// Hands on what fits. Whether the client could take more.
  bool flush() {
    constexpr size_t kPiece = 64 * 1024;
    while (at_ < waiting_.size() && stream_->queued() < kFeedQueueBytes && !stream_->closed()) {
      size_t n = std::min(kPiece, waiting_.size() - at_);
      if (!stream_->write(waiting_.substr(at_, n))) return false;
      at_ += n;
    }
    if (at_ < waiting_.size()) return false;
    waiting_.clear();
    at_ = 0;
    return stream_->queued() < kFeedQueueBytes && !stream_->closed();
  }

  bool empty() const { return waiting_.empty(); }
  bool closed() const { return stream_->closed(); }
  /// Ends the response. Call when nothing waits.
  void finish() { stream_->finish(); }

 private:
  std::shared_ptr<HttpStream> stream_;
  std::string waiting_;
  size_t at_ = 0;  // of waiting_, what is handed on already
};

}  // namespace leat::service
