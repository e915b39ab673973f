#include "cli/exit_code.h"

#include <cstdio>

namespace leat::cli {

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::invalid_data:
    case ErrorCode::out_of_range: return kUsage;
    case ErrorCode::not_found: return kNotFound;
    case ErrorCode::already_exists:
    case ErrorCode::conflict:
    case ErrorCode::fenced: return kConflict;
    case ErrorCode::unavailable:
    case ErrorCode::resource_exhausted:
    case ErrorCode::disk_full:
    case ErrorCode::deadline_exceeded:
    case ErrorCode::busy:
    case ErrorCode::cancelled:
    case ErrorCode::outcome_unknown: return kUnavailable;
    case ErrorCode::corruption:
    case ErrorCode::io: return kDamage;
    case ErrorCode::permission_denied: return kNotAllowed;
    case ErrorCode::unsupported: return kUnsupported;
    case ErrorCode::internal: return kInternal;
  }
  return kInternal;
}

int fail(const Error& error) {
  std::fprintf(stderr, "leat: %s\n", error.message().c_str());
  if (!error.hint().empty()) std::fprintf(stderr, "  hint: %s\n", error.hint().c_str());
  return exit_code(error.code());
}

}  // namespace leat::cli
