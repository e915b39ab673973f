#pragma once
#include "base/error.h"

namespace leat::cli {

/// Exit codes of the program; stable (docs/cli.md).
enum ExitCode : int {
  kDone = 0,
  kNo = 1,           // the answer is no: a test failed, a check found damage
  kUsage = 2,        // wrong flags, statements or requests
  kNotFound = 3,     // no such topic, view, file, server
  kConflict = 4,     // contradicts what is kept: a changed statement, something in use
  kUnavailable = 5,  // try again later: busy, catching up, no room
  kDamage = 6,       // corruption or a failing disk
  kNotAllowed = 7,   // permissions
  kUnsupported = 8,  // not supported yet
  kInternal = 70,    // a bug of ours
};

int exit_code(ErrorCode code);

/// Prints "leat: message" and the hint to stderr and returns the exit code.
int fail(const Error& error);

}  // namespace leat::cli
