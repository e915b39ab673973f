// JSON, reading. A row is an object whose fields are found by name (as it is, else without regard
// to case), or one bare value. The general way scans the row, then converts the values that are
// needed; rows like the ones before take JsonLayout's.
#include "data/format_makers.h"
#include "data/json_convert.h"
#include "data/json_fields.h"
#include "data/json_layout.h"
#include "data/json_scan.h"
#include "data/row_error.h"

namespace leat {
namespace {

constexpr size_t kLayouts = 4;                 // event types that one topic mixes
constexpr size_t kLayoutBytesMax = 64 * 1024;  // a larger row is not worth remembering
constexpr size_t kPatience = 64;               // rows between two tries after many in vain
constexpr int kNone = -1;

// Whether the text opens more than kJsonDepthMax objects and arrays, for the message.
bool is_too_deep(ByteView text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kJsonDepthMax) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

Error malformed(ByteView text, const char* at) {
  if (is_too_deep(text))
    return Error(ErrorCode::invalid_data, "JSON is nested deeper than " +
                                              std::to_string(kJsonDepthMax) +
                                              " levels: " + excerpt(text));
  auto offset = static_cast<size_t>(at - text.data());
  if (offset == text.size())
    return Error(ErrorCode::invalid_data, "malformed JSON: ends too early, found " + excerpt(text));
  return Error(ErrorCode::invalid_data, "malformed JSON: at byte " + std::to_string(offset) +
                                            ", found " + excerpt(text.substr(offset)));
}

class JsonDecoder final : public RowDecoder {
 public:
  JsonDecoder(std::vector<Field> fields, bool bare)
      : fields_(std::move(fields)), names_(fields_), bare_(bare), winners_(fields_.size()) {}

  void decode(std::span<const ByteView> rows, const std::vector<Column*>& columns, Arena& arena,
              RowErrors& errors) override {
    prepare_columns(fields_, columns, rows.size());
    forget_layouts_of_other_columns(columns);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].data() == nullptr) {
        null_row(columns, i);
        continue;
      }
      if (read_by_layout(rows[i], columns, i)) continue;
      Status status = read(rows[i], columns, i, arena);
      if (status.has_value()) continue;
      null_row(columns, i);
      errors.push_back({static_cast<uint32_t>(i), std::move(status).error()});
    }
  }

 private:
  // A column's value in the row at hand: which member, and whether by its exact name.
  struct Winner {
    int member = kNone;
    bool exact = false;
  };

  bool read_by_layout(ByteView text, const std::vector<Column*>& columns, size_t row) {
    for (size_t i = 0; i < layouts_.size(); ++i) {
      size_t at = (latest_ + i) % layouts_.size();
      if (!layouts_[at].read(text, columns, row)) continue;
      latest_ = at;
      misses_ = 0;
      return true;
    }
    return false;
  }

  // Where no two rows are laid out alike, remembering each costs more than it ever gives.
  bool is_worth_learning(ByteView text) {
    ++misses_;
    return (misses_ <= 2 * kLayouts || misses_ % kPatience == 0) && text.size() <= kLayoutBytesMax;
  }

  // Layouts say which columns are needed; that changes when the plan does.
  void forget_layouts_of_other_columns(const std::vector<Column*>& columns) {
    bool same = needed_.size() == columns.size();
    for (size_t c = 0; same && c < columns.size(); ++c)
      same = needed_[c] == (columns[c] != nullptr);
    if (same) return;
    layouts_.clear();
    latest_ = 0;
    needed_.clear();
    for (const Column* column : columns) needed_.push_back(column != nullptr);
  }

  // The general way.
  Status read(ByteView text, const std::vector<Column*>& columns, size_t row, Arena& arena) {
    const char* begin = text.data();
    const char* end = begin + text.size();
    const char* p = json::skip_space(begin, end);
    if (p == end) return Error(ErrorCode::invalid_data, "JSON is empty");
    if (bare_) return read_bare(text, p, columns, row, arena);
    if (*p == 'n' && is_last(json::scan_word(p, end, "null"), end)) {
      null_row(columns, row);
      return {};
    }
    if (*p != '{')
      return Error(ErrorCode::invalid_data, "expected a JSON object, found " + excerpt(text));
    members_.clear();
    std::fill(winners_.begin(), winners_.end(), Winner{});
    names_.begin();
    LEAT_CHECK(scan_members(text, p));
    LEAT_CHECK(convert_members(columns, row, arena));
    if (is_worth_learning(text)) learn(text, columns);
    return {};
  }

  static bool is_last(const char* p, const char* end) {
    return p != nullptr && json::skip_space(p, end) == end;
  }

  Status read_bare(ByteView text, const char* p, const std::vector<Column*>& columns, size_t row,
                   Arena& arena) {
    const char* end = text.data() + text.size();
    const char* last = json::skip_value(text.data(), p, end, 0);
    if (last == nullptr) return malformed(text, p);
    if (!is_last(last, end)) return malformed(text, json::skip_space(last, end));
    return convert(ByteView(p, static_cast<size_t>(last - p)), columns, 0, row, arena);
  }

  // Finds the members of the object at `p` and which of them is each column's.
  Status scan_members(ByteView text, const char* p) {
    const char* begin = text.data();
    const char* end = begin + text.size();
    p = json::skip_space(p + 1, end);
    bool more = p == end || *p != '}';
    while (more) {
      JsonString key;
      const char* from = p;
      if (p == end || *p != '"') return malformed(text, p);
      p = json::scan_string(begin, p + 1, end, key);
      if (p == nullptr) return malformed(text, from);
      p = json::skip_space(p, end);
      if (p == end || *p != ':') return malformed(text, p);
      from = p = json::skip_space(p + 1, end);
      p = json::skip_value(begin, p, end, 1);
      if (p == nullptr) return malformed(text, from);
      members_.push_back({ByteView(from, static_cast<size_t>(p - from)), kNone});
      claim(key);
      p = json::skip_space(p, end);
      if (p == end || (*p != ',' && *p != '}')) return malformed(text, p);
      more = *p == ',';
      if (more) p = json::skip_space(p + 1, end);
    }
    p = json::skip_space(p + 1, end);
    if (p != end) return malformed(text, p);
    return {};
  }

  // Gives the latest member to the columns of its name. Of several the last one counts, an exact
  // name before one in another case.
  void claim(const JsonString& key) {
    int member = static_cast<int>(members_.size()) - 1;
    ByteView name = key.raw;
    if (key.escaped) {
      name_.clear();
      json::append_unescaped(name_, key);
      name = name_;
    }
    const JsonFields::Columns& found = names_.find(name);
    for (int column : found.columns) {
      Winner& winner = winners_[static_cast<size_t>(column)];
      if (found.exact || !winner.exact) winner = {member, found.exact};
    }
  }

  Status convert_members(const std::vector<Column*>& columns, size_t row, Arena& arena) {
    for (size_t c = 0; c < columns.size(); ++c) {
      if (columns[c] == nullptr) continue;
      if (winners_[c].member == kNone) {
        columns[c]->set_null(row);
        continue;
      }
      ByteView value = members_[static_cast<size_t>(winners_[c].member)].value;
      LEAT_CHECK(convert(value, columns, c, row, arena));
    }
    return {};
  }

  Status convert(ByteView value, const std::vector<Column*>& columns, size_t c, size_t row,
                 Arena& arena) {
    if (columns[c] == nullptr) return {};
    columns[c]->set_valid(row);  // an attempt by layout may have made it null
    Fit fit = convert_json(value, *columns[c], row, arena);
    if (fit == Fit::ok) return {};
    if (fit == Fit::malformed && fields_[c].type.kind == TypeKind::bytes)
      return column_error("value is not a base64 string", fields_[c], value);
    return column_error(fit, fields_[c], value);
  }

  // Keeps the layout of the row that was read, in place of the oldest.
  void learn(ByteView text, const std::vector<Column*>& columns) {
    std::vector<int> absent;
    for (size_t c = 0; c < columns.size(); ++c) {
      if (columns[c] == nullptr) continue;
      if (winners_[c].member == kNone) {
        absent.push_back(static_cast<int>(c));
        continue;
      }
      int& column = members_[static_cast<size_t>(winners_[c].member)].column;
      if (column != kNone) return;  // two columns that differ in case alone
      column = static_cast<int>(c);
    }
    if (layouts_.size() < kLayouts) {
      latest_ = layouts_.size();
      layouts_.emplace_back();
    } else {
      latest_ = next_ = (next_ + 1) % kLayouts;
    }
    layouts_[latest_].learn(text, members_, std::move(absent));
  }

  std::vector<Field> fields_;
  JsonFields names_;
  bool bare_;
  std::vector<Winner> winners_;  // by column
  std::vector<JsonLayout::Member> members_;
  std::vector<JsonLayout> layouts_;
  size_t latest_ = 0;
  size_t next_ = 0;
  size_t misses_ = 0;  // rows since a layout was right
  std::vector<bool> needed_;
  std::string name_;
};

}  // namespace

std::unique_ptr<RowDecoder> make_json_decoder(std::vector<Field> fields, bool bare) {
  return std::make_unique<JsonDecoder>(std::move(fields), bare);
}

}  // namespace leat
