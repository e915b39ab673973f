#include "plan/java_time_pattern.h"
#include "plan/time_zone.h"
#include "sql/functions/add_function.h"
#include "sql/functions/families.h"

// Functions of time. Patterns are Java's (plan/java_time_pattern.h); without a zone times are UTC.

namespace leat::sql::functions {
namespace {

using plan::CallContext;
using plan::JavaTimePattern;
using plan::TimeZone;

// The pattern and zone of the latest row, since they are the same for all rows as a rule.
class PatternOfRow {
 public:
  PatternOfRow(const Column& patterns, const Column* zones) : pattern_(patterns), zone_(zones) {}

  /// Errors: those of the pattern and of the zone.
  Status move_to(size_t row) {
    ByteView text = pattern_.at<ByteView>(row);
    if (!pattern || text != text_) {
      pattern.reset();
      LEAT_TRY(pattern, JavaTimePattern::parse(text));
      text_ = text;
    }
    if (zone_ == nullptr) return {};
    ByteView name = zone_->at<ByteView>(row);
    if (!zone_read_ || name != name_) {
      zone_read_ = false;
      LEAT_TRY(zone, TimeZone::named(name));
      zone_read_ = true;
      name_ = name;
    }
    return {};
  }

  std::optional<JavaTimePattern> pattern;
  TimeZone zone;

 private:
  const Column& pattern_;
  const Column* zone_;
  ByteView text_, name_;
  bool zone_read_ = false;
};

// Calls `f` with each valid row and its pattern.
template <class F>
plan::Kernel with_pattern(const char* name, F f) {
  return [name, f](const CallContext& c, std::span<const Column* const> args, Column& out) {
    PatternOfRow at(*args[1], args.size() > 2 ? args[2] : nullptr);
    for (size_t i = 0; i < c.rows; ++i) {
      if (out.is_null(i)) continue;
      Status done = at.move_to(i);
      if (done) done = f(c, at, *args[0], i, out);
      if (!done)
        c.fail(out, i, done.error().code(), std::string(name) + ": " + done.error().message());
    }
  };
}

void add_with_pattern(plan::FunctionRegistry& r, const char* name, Type from, Type to,
                      const plan::Kernel& kernel, const std::string& about) {
  plan::Function f{.name = name, .parameters = {from, Type::string()}};
  f.result_type = always(to);
  f.kernel = kernel;
  f.description = about + ", in a pattern like 'yyyy-MM-dd HH:mm:ss'";
  r.add(f);
  f.parameters.push_back(Type::string());
  f.description += ", in a time zone";
  r.add(std::move(f));
}

void add_reading(plan::FunctionRegistry& r, const char* name, Type to, const char* about) {
  auto read = [](const CallContext&, const PatternOfRow& at, const Column& text, size_t row,
                 Column& out) -> Status {
    LEAT_TRY(out.at<int64_t>(row), at.pattern->read(text.at<ByteView>(row), at.zone));
    return {};
  };
  add_with_pattern(r, name, Type::string(), std::move(to), with_pattern(name, read), about);
}

void add_writing(plan::FunctionRegistry& r, const char* name, Type from, const char* about) {
  auto write = [](const CallContext& c, const PatternOfRow& at, const Column& time, size_t row,
                  Column& out) -> Status {
    out.at<ByteView>(row) = c.arena.copy(at.pattern->write(time.at<int64_t>(row), at.zone));
    return {};
  };
  add_with_pattern(r, name, std::move(from), Type::string(), with_pattern(name, write), about);
}
}  // namespace

void register_time(plan::FunctionRegistry& r) {
  add<Result<int64_t>()>(r, "UNIX_TIMESTAMP", "now, in milliseconds since 1970",
                         [](const CallContext& c) -> Result<int64_t> {
                           if (c.now == kNoTime)
                             return Error(ErrorCode::unavailable, "there is no clock here");
                           return c.now;
                         });
  add<int64_t(Timestamp)>(r, "UNIX_TIMESTAMP", "a TIMESTAMP in milliseconds since 1970",
                          [](Timestamp time) { return time.ms; });
  add<Timestamp(int64_t)>(r, "FROM_UNIXTIME", "milliseconds since 1970 as a TIMESTAMP",
                          [](int64_t ms) { return Timestamp{ms}; });
  add_reading(r, "STRINGTOTIMESTAMP", Type::int64(), "text as milliseconds since 1970");
  add_reading(r, "PARSE_TIMESTAMP", Type::timestamp(), "text as a TIMESTAMP");
  add_writing(r, "TIMESTAMPTOSTRING", Type::int64(), "milliseconds since 1970 as text");
  add_writing(r, "FORMAT_TIMESTAMP", Type::timestamp(), "a TIMESTAMP as text");
}

}  // namespace leat::sql::functions
