#include "io/disk.h"

#include <filesystem>

namespace leat::io {

Result<std::string> Disk::read_file(const std::string& path, uint64_t limit) {
  LEAT_TRY(std::unique_ptr<File> file, open(path, OpenMode::read));
  LEAT_TRY(uint64_t size, file->size());
  if (size > limit) {
    return Error(ErrorCode::out_of_range, "file is too large to read whole: " + path + ": " +
                                              std::to_string(size) + " bytes, limit " +
                                              std::to_string(limit));
  }
  std::string contents(size, '\0');
  LEAT_TRY(size_t got, file->read_at(0, contents.data(), contents.size()));
  contents.resize(got);
  return contents;
}

Status Disk::replace_file(const std::string& path, ByteView contents) {
  return replace_file(path, [&](const std::string&) { return std::string(contents); });
}

Status Disk::replace_file(const std::string& path,
                          const std::function<std::string(const std::string&)>& contents) {
  const std::string beside = path + ".tmp";
  LEAT_TRY(bool left_over, exists(beside));  // of a crash in the middle of an earlier replacement
  if (left_over) LEAT_CHECK(remove(beside));
  {
    LEAT_TRY(std::unique_ptr<File> file, open(beside, OpenMode::create_new));
    Status written = file->write_at(0, contents(file->identity()));
    if (written) written = file->sync_data();
    if (!written) {
      (void)remove(beside);  // The write's own error is the one to report.
      return written;
    }
  }
  LEAT_CHECK(rename(beside, path));
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return sync_directory(parent.empty() ? "." : parent);
}

}  // namespace leat::io
