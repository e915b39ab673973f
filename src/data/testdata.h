#pragma once
// For tests: what other programs wrote, kept in testdata/.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

// The build says where the folder lies; without that it is looked for below the working directory.
#ifndef LEAT_TESTDATA
#define LEAT_TESTDATA "testdata"
#endif

namespace leat::testdata {

inline std::string unhex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

/// The lines of testdata/`name`, split at spaces, without comments.
inline std::vector<std::vector<std::string>> lines(const std::string& name) {
  std::vector<std::vector<std::string>> out;
  std::ifstream file(std::filesystem::path(LEAT_TESTDATA) / name);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    out.emplace_back();
    for (std::string word; words >> word;) out.back().push_back(word);
  }
  return out;
}

}  // namespace leat::testdata
