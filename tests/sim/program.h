#pragma once
#include <string>
#include <vector>

#include "base/strong.h"
#include "io/random.h"

namespace leat::system_sim {

/// A statement that a run executes once, and what it makes.
struct Statement {
  std::string name;  // of the stream or table, or the id of an INSERT INTO
  std::string text;
  bool makes_view = false;
  bool fails_on_bad_records = false;  // made under errors.policy = 'fail'
  /// Nothing else reads it: it may be dropped while the system runs, and made again.
  bool droppable = false;
};

/// The application that a seed runs: declared sources, then queries of all the kinds that there
/// are, some left out at random. model.h says what each must come to.
struct Program {
  int32_t partitions = 1;
  TimeMs window_ms = 0;
  TimeMs grace_ms = 0;
  int64_t line_cents = 0;       // `large` are the orders above it
  bool products_first = false;  // all products are there before the first order
  /// Old records of some topics go. Then everything is made at once and nothing dropped: what a
  /// query begins with would depend on when.
  bool expires = false;
  std::vector<Statement> statements;
  bool has(const std::string& name) const;
};

Program random_program(io::SeededRandom& random);

}  // namespace leat::system_sim
