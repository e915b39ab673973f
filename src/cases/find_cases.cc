#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cases/test_case.h"

namespace leat::cases {
namespace {

namespace fs = std::filesystem;

Result<std::string> contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error(ErrorCode::permission_denied, "cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

bool holds_cases(const fs::path& path) {
  return path.extension() == ".sql" || path.extension() == ".json";
}

Result<std::vector<std::string>> files_below(const std::string& path) {
  std::error_code failed;
  if (!fs::exists(path, failed)) return Error(ErrorCode::not_found, "no such path: " + path);
  if (!fs::is_directory(path, failed)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator at(path, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (at->is_regular_file(failed) && holds_cases(at->path()))
      files.push_back(at->path().string());
  }
  if (failed) return Error(ErrorCode::io, "cannot list " + path + ": " + failed.message());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<std::vector<TestCase>> find_cases(const std::vector<std::string>& paths) {
  std::vector<TestCase> all;
  for (const std::string& path : paths) {
    LEAT_TRY(auto files, files_below(path));
    for (const std::string& file : files) {
      LEAT_TRY(std::string text, contents(file));
      bool is_json = fs::path(file).extension() == ".json";
      LEAT_TRY(auto cases, is_json ? read_json_cases(file, text) : read_sql_cases(file, text));
      for (TestCase& test : cases) all.push_back(std::move(test));
    }
  }
  return all;
}

}  // namespace leat::cases
