#include "base/error.h"

namespace leat {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return "invalid-argument";
    case ErrorCode::invalid_data: return "invalid-data";
    case ErrorCode::out_of_range: return "out-of-range";
    case ErrorCode::not_found: return "not-found";
    case ErrorCode::already_exists: return "already-exists";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::resource_exhausted: return "resource-exhausted";
    case ErrorCode::disk_full: return "disk-full";
    case ErrorCode::deadline_exceeded: return "deadline-exceeded";
    case ErrorCode::permission_denied: return "permission-denied";
    case ErrorCode::busy: return "busy";
    case ErrorCode::corruption: return "corruption";
    case ErrorCode::io: return "io";
    case ErrorCode::fenced: return "fenced";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::outcome_unknown: return "outcome-unknown";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

Error::Error(ErrorCode code, std::string message, std::string hint)
    : state_(std::make_unique<State>(State{code, std::move(message), std::move(hint)})) {}

Error::Error(const Error& other) : state_(std::make_unique<State>(*other.state_)) {}

Error& Error::operator=(const Error& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}

Error&& Error::with_context(std::string_view where) && {
  state_->message.insert(0, std::string(where) + ": ");
  return std::move(*this);
}

Error&& Error::with_hint(std::string hint) && {
  state_->hint = std::move(hint);
  return std::move(*this);
}

std::string Error::to_string() const {
  return state_->hint.empty() ? state_->message : state_->message + " (" + state_->hint + ")";
}

}  // namespace leat
