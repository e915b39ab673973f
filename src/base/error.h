#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace leat {

/// Names what kind of failure an Error is. The names are part of the program's contract: they
/// appear as `code` in HTTP problem documents, in dead letters and decide the exit code of the
/// command line (docs/errors.md).
enum class ErrorCode : uint8_t {
  invalid_argument,  // the caller's words are wrong: a flag, a statement, a request
  invalid_data,      // a record, file or message does not have the form it should have
  out_of_range,      // an offset, number or time outside what exists
  not_found,
  already_exists,
  conflict,     // true now, but contradicts what is kept (a changed statement, another body for the
                // same key)
  unsupported,  // understood, and not there yet
  unavailable,  // try again later: starting, catching up, busy
  resource_exhausted,  // a stated capacity is used up; refuses new work, harms nothing
  disk_full,
  deadline_exceeded,
  permission_denied,
  busy,        // somebody else owns it (a directory, a port)
  corruption,  // bytes that were written whole are not what was written
  io,
  fenced,
  cancelled,
  outcome_unknown,  // may or may not have happened; retry with the same identity
  internal,         // a bug of ours
};

/// The stable, hyphenated name of `code`, as in problem documents ("invalid-argument").
std::string_view name_of(ErrorCode code);

/// A failure: code, message, what to do next, and the context it passed through, outermost first.
/// One pointer wide, so that Result<T> stays small; allocates only when something did fail.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message, std::string hint = {});
  Error(const Error& other);
  Error& operator=(const Error& other);
  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  ~Error() = default;

  ErrorCode code() const { return state_->code; }
  /// The message with its context in front: "reading flights.sql: line 3: unknown column 'dely'".
  const std::string& message() const { return state_->message; }
  /// What the user can do next; empty when there is nothing better to say than the message.
  const std::string& hint() const { return state_->hint; }

  /// Puts `where` in front of the message.
  Error&& with_context(std::string_view where) &&;
  Error&& with_hint(std::string hint) &&;

  /// Message and hint on one line, for logs and terminals.
  std::string to_string() const;

 private:
  struct State {
    ErrorCode code;
    std::string message;
    std::string hint;
  };
  std::unique_ptr<State> state_;
};

}  // namespace leat
