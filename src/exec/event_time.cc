#include "exec/event_time.h"

#include "plan/timestamp_text.h"

namespace leat::exec {

Result<EventTime> EventTime::make(const Field& column, const std::string& pattern) {
  EventTime time(column.name);
  switch (column.type.kind) {
    case TypeKind::int64:
    case TypeKind::timestamp: return time;
    case TypeKind::string:
      if (!pattern.empty()) {
        LEAT_TRY(time.pattern_, plan::JavaTimePattern::parse(pattern));
      }
      return time;
    default:
      return Error(ErrorCode::invalid_argument,
                   "a timestamp cannot be read from column " + column.name + " of type " +
                       column.type.to_string(),
                   "use a BIGINT, TIMESTAMP or STRING column");
  }
}

Result<TimeMs> EventTime::parse(ByteView text) const {
  return pattern_ ? pattern_->read(text, utc_) : plan::parse_timestamp_text(text);
}

void EventTime::read(const Column& column, std::vector<TimeMs>& out, RowErrors& errors) const {
  out.resize(column.size());
  const bool text = column.type().kind == TypeKind::string;
  for (size_t row = 0; row < column.size(); ++row) {
    if (column.is_null(row)) {
      out[row] = kNoTime;
      errors.push_back({static_cast<uint32_t>(row),
                        Error(ErrorCode::invalid_data, "the timestamp column is null: " + name_)});
    } else if (!text) {
      out[row] = column.at<int64_t>(row);
    } else {
      auto time = parse(column.at<ByteView>(row));
      out[row] = time.has_value() ? *time : kNoTime;
      if (time.has_value()) continue;
      errors.push_back({static_cast<uint32_t>(row),
                        std::move(time).error().with_context("timestamp column " + name_)});
    }
  }
}

}  // namespace leat::exec
