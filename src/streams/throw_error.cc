#include "streams/throw_error.h"

namespace leat::streams {

void throw_error(const Error& error) {
  throw StreamsError(std::string(name_of(error.code())), error.to_string(), error.hint());
}

}  // namespace leat::streams
