#include "io/errno_error.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace leat::io {
namespace {

ErrorCode code_of(int number) {
  switch (number) {
    case ENOENT: return ErrorCode::not_found;
    case EEXIST: return ErrorCode::already_exists;
    case ENOSPC:
    case EDQUOT: return ErrorCode::disk_full;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorCode::permission_denied;
    case EMFILE:
    case ENFILE: return ErrorCode::resource_exhausted;
    case ENOTEMPTY: return ErrorCode::conflict;
    case EBADF:
    case EISDIR:
    case ENOTDIR:
    case ENAMETOOLONG: return ErrorCode::invalid_argument;
    default: return ErrorCode::io;
  }
}

std::string hint_of(int number) {
  switch (number) {
    case ENOSPC: return "free some space on that file system; writing goes on by itself then";
    case EDQUOT: return "raise the disk quota or free some space; writing goes on by itself then";
    case EACCES:
    case EPERM: return "check who owns it (ls -ld), or name a directory that this user may write";
    case EROFS: return "that file system is mounted read-only; name a directory on another one";
    case EMFILE:
    case ENFILE: return "raise the limit of open files (ulimit -n)";
    default: return {};
  }
}

}  // namespace

Error errno_error(int number, std::string_view what, std::string_view path) {
  std::string message = "cannot ";
  message += what;
  message += ": " + std::generic_category().message(number) + ": ";
  message += path;
  return Error(code_of(number), std::move(message), hint_of(number));
}

}  // namespace leat::io
