#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace leat::cli {

/// Lines of a file or of standard input, as they come: neither a large file nor an endless pipe is
/// held whole.
class LineReader {
 public:
  /// "-" is standard input. Errors: not_found, permission_denied, invalid_argument (a directory).
  static Result<LineReader> open(const std::string& path);

  /// The next line without its end (LF or CRLF), without a byte order mark at the very start;
  /// nullopt at the end. Lives until the next call. Waits for a pipe.
  Result<std::optional<std::string_view>> next();
  /// Whether next() would have to wait for somebody to write.
  bool would_wait() const;

 private:
  struct Close {
    void operator()(const int* fd) const;
  };
  std::string path_;
  std::unique_ptr<int, Close> fd_;
  std::string buffer_;
  size_t at_ = 0;  // where the next line begins in buffer_
  bool ended_ = false;
  bool began_ = false;
};

}  // namespace leat::cli
