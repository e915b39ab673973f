// DELIMITED, reading: fields in the order of the columns. An empty field is null, a quoted empty
// one an empty string; numbers as Java reads them, BYTES base64, TIMESTAMP milliseconds.
#include "base/text.h"
#include "data/delimited_split.h"
#include "data/format_makers.h"
#include "data/row_error.h"
#include "data/short_number.h"
#include "data/utf8.h"

namespace leat {
namespace {

bool is_text(TypeKind kind) { return kind == TypeKind::string || kind == TypeKind::bytes; }

Fit parse_within(ByteView text, int64_t min, int64_t max, int64_t& value) {
  const char* end = text.data() + text.size();
  if (scan_short_integer(text.data(), end, value) != end)
    return parse_integer(text, min, max, value);
  return value < min || value > max ? Fit::out_of_range : Fit::ok;
}

Fit parse_units(ByteView text, const Type& type, Int128& value) {
  const char* end = text.data() + text.size();
  if (scan_short_decimal(text.data(), end, type, value) == end) return Fit::ok;
  return parse_decimal_as(text, type, value);
}

Fit parse_boolean(ByteView text, uint8_t& value) {
  value = equals_ignoring_case(text, "true") ? 1 : 0;
  return value == 1 || equals_ignoring_case(text, "false") ? Fit::ok : Fit::malformed;
}

Fit parse_base64(ByteView text, Arena& arena, ByteView& value) {
  auto bytes = base64_decode(text);
  if (!bytes) return Fit::malformed;
  value = arena.copy(*bytes);
  return Fit::ok;
}

class DelimitedDecoder final : public RowDecoder {
 public:
  DelimitedDecoder(std::vector<Field> fields, char delimiter)
      : fields_(std::move(fields)), splitter_(delimiter) {}

  void decode(std::span<const ByteView> rows, const std::vector<Column*>& columns, Arena& arena,
              RowErrors& errors) override {
    prepare_columns(fields_, columns, rows.size());
    needed_.clear();
    for (size_t c = 0; c < columns.size(); ++c)
      if (columns[c] != nullptr) needed_.push_back(c);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].data() == nullptr) {
        null_row(columns, i);
        continue;
      }
      if (read(rows[i], columns, i, arena)) continue;
      null_row(columns, i);
      errors.push_back({static_cast<uint32_t>(i), error(rows[i], columns, i, arena)});
    }
  }

 private:
  // False: the row cannot be read; error() says why.
  bool read(ByteView row, const std::vector<Column*>& columns, size_t i, Arena& arena) {
    size_t count = 0;
    if (needed_.empty() && splitter_.count_plain(row, count)) return count == fields_.size();
    if (splitter_.split(row, arena) != nullptr) return false;
    if (splitter_.fields().size() != fields_.size()) return false;
    if (!splitter_.is_ascii() && !is_utf8(row)) return false;
    for (size_t c : needed_)
      if (convert(splitter_.fields()[c], *columns[c], i, arena) != Fit::ok) return false;
    return true;
  }

  static Fit convert(const DelimitedField& field, Column& column, size_t row, Arena& arena) {
    ByteView text = field.text;
    const Type& type = column.type();
    if (text.empty()) {
      if (field.quoted && is_text(type.kind))
        column.at<ByteView>(row) = text;
      else
        column.set_null(row);
      return Fit::ok;
    }
    switch (type.kind) {
      case TypeKind::string: column.at<ByteView>(row) = text; return Fit::ok;
      case TypeKind::int32: {
        int64_t value = 0;
        Fit fit = parse_within(text, INT32_MIN, INT32_MAX, value);
        column.at<int32_t>(row) = static_cast<int32_t>(value);
        return fit;
      }
      case TypeKind::int64:
      case TypeKind::timestamp:
        return parse_within(text, INT64_MIN, INT64_MAX, column.at<int64_t>(row));
      case TypeKind::float64: return parse_double(text, column.at<double>(row));
      case TypeKind::decimal: return parse_units(text, type, column.at<Int128>(row));
      case TypeKind::boolean: return parse_boolean(text, column.at<uint8_t>(row));
      default: return parse_base64(text, arena, column.at<ByteView>(row));
    }
  }

  // Reads a row that failed once more, for the words.
  Error error(ByteView row, const std::vector<Column*>& columns, size_t i, Arena& arena) {
    if (const char* what = splitter_.split(row, arena); what != nullptr)
      return Error(ErrorCode::invalid_data, std::string(what) + ": " + excerpt(row));
    if (splitter_.fields().size() != fields_.size())
      return Error(ErrorCode::invalid_data,
                   "row has another number of fields than there are columns: " +
                       std::to_string(splitter_.fields().size()) + " of " +
                       std::to_string(fields_.size()) + ", found " + excerpt(row));
    for (size_t c = 0; c < columns.size(); ++c) {
      if (columns[c] == nullptr) continue;
      const DelimitedField& field = splitter_.fields()[c];
      Fit fit = convert(field, *columns[c], i, arena);
      if (fit == Fit::ok) continue;
      null_row(columns, i);
      if (fields_[c].type.kind == TypeKind::bytes)
        return column_error("value is not base64", fields_[c], field.text);
      return column_error(fit, fields_[c], field.text);
    }
    return Error(ErrorCode::invalid_data, "row is not valid UTF-8: " + excerpt(row));
  }

  std::vector<Field> fields_;
  std::vector<size_t> needed_;  // columns that somebody reads
  DelimitedSplitter splitter_;
};

}  // namespace

std::unique_ptr<RowDecoder> make_delimited_decoder(std::vector<Field> fields, char delimiter) {
  return std::make_unique<DelimitedDecoder>(std::move(fields), delimiter);
}

}  // namespace leat
