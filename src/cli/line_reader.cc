#include "cli/line_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace leat::cli {
namespace {

constexpr size_t kReadBytes = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

Error cannot_read(const std::string& path) {
  ErrorCode code = errno == ENOENT                       ? ErrorCode::not_found
                   : errno == EACCES                     ? ErrorCode::permission_denied
                   : errno == EISDIR || errno == ENOTDIR ? ErrorCode::invalid_argument
                                                         : ErrorCode::io;
  return Error(code, "cannot read " + path + ": " + std::strerror(errno));
}

}  // namespace

void LineReader::Close::operator()(const int* fd) const {
  if (*fd > STDERR_FILENO) ::close(*fd);
  delete fd;
}

Result<LineReader> LineReader::open(const std::string& path) {
  LineReader reader;
  reader.path_ = path;
  int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return cannot_read(path);
  reader.fd_.reset(new int(fd));
  return reader;
}

Result<std::optional<std::string_view>> LineReader::next() {
  size_t searched = at_;
  size_t end = 0;
  while ((end = buffer_.find('\n', searched)) == std::string::npos && !ended_) {
    buffer_.erase(0, at_);
    at_ = 0;
    searched = buffer_.size();
    buffer_.resize(searched + kReadBytes);
    ssize_t n = 0;
    do {
      n = ::read(*fd_, buffer_.data() + searched, kReadBytes);
    } while (n < 0 && errno == EINTR);
    buffer_.resize(searched + static_cast<size_t>(n > 0 ? n : 0));
    if (n < 0) return cannot_read(path_);
    ended_ = n == 0;
    if (!began_ && buffer_.size() >= kByteOrderMark.size()) {
      began_ = true;
      if (buffer_.starts_with(kByteOrderMark)) at_ = searched = kByteOrderMark.size();
    }
  }
  if (end == std::string::npos) end = buffer_.size();
  if (at_ >= buffer_.size()) return std::optional<std::string_view>();
  std::string_view line = std::string_view(buffer_).substr(at_, end - at_);
  at_ = std::min(end + 1, buffer_.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::optional<std::string_view>(line);
}

bool LineReader::would_wait() const {
  if (ended_ || buffer_.find('\n', at_) != std::string::npos) return false;
  pollfd input{*fd_, POLLIN, 0};
  return ::poll(&input, 1, 0) == 0;
}

}  // namespace leat::cli
