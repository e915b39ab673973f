#include "cli/file_text.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace leat::cli {

Result<std::string> read_text(const std::string& path) {
  std::unique_ptr<FILE, int (*)(FILE*)> owned(
      path == "-" ? nullptr : std::fopen(path.c_str(), "rb"), std::fclose);
  FILE* file = path == "-" ? stdin : owned.get();
  if (file == nullptr) {
    ErrorCode code = errno == ENOENT   ? ErrorCode::not_found
                     : errno == EACCES ? ErrorCode::permission_denied
                                       : ErrorCode::io;
    return Error(code, "cannot read " + path + ": " + std::strerror(errno));
  }
  std::string text;
  char buffer[64 * 1024];
  size_t n = 0;
  while ((n = std::fread(buffer, 1, sizeof buffer, file)) > 0) text.append(buffer, n);
  if (std::ferror(file))
    return Error(ErrorCode::io, "cannot read " + path + ": " + std::strerror(errno));
  return text;
}

Result<std::vector<service::SqlFile>> read_files(const std::vector<std::string>& paths) {
  std::vector<service::SqlFile> files;
  for (const std::string& path : paths) {
    LEAT_TRY(std::string text, read_text(path));
    files.push_back({path, std::move(text)});
  }
  return files;
}

}  // namespace leat::cli
