#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "service/application.h"

namespace leat::cli {

/// The SQL files named, with their contents. Errors: not_found, permission_denied.
Result<std::vector<service::SqlFile>> read_files(const std::vector<std::string>& paths);
/// A file's contents; "-" is standard input.
Result<std::string> read_text(const std::string& path);

}  // namespace leat::cli
