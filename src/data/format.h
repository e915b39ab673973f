#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "data/column.h"

namespace leat {

/// How keys and values of a topic are written. Names as in ksqlDB's WITH clause.
enum class FormatKind : uint8_t { kafka, json, delimited, none };
std::string_view name_of(FormatKind kind);
std::optional<FormatKind> format_named(std::string_view name);

/// What a declared topic says about one side (key or value) of its records.
struct FormatSpec {
  FormatKind kind = FormatKind::json;
  char delimiter = ',';     // DELIMITED
  bool wrap_single = true;  // JSON and DELIMITED values of one column: {"A":1} rather than 1
  friend bool operator==(const FormatSpec&, const FormatSpec&) = default;
};

/// A row that could not be read, computed or written, and why. Sparse: good rows cost nothing.
struct RowError {
  uint32_t row;
  Error error;
};
using RowErrors = std::vector<RowError>;

/// Reads the bytes of one side of many records into columns. Made once per source; stateless
/// between calls but for scratch space, so one per task. Conversion rules: reference of ksqlDB's
/// formats, docs/semantics.md.
class RowDecoder {
 public:
  virtual ~RowDecoder() = default;
  /// Row i of every column is read from rows[i]; null bytes (data() == nullptr) give null in all
  /// columns. columns[c] belongs to fields[c] of the decoder; a null pointer means that nobody
  /// needs that column (projection push-down). Columns are resized. Strings refer to `rows` where
  /// they stand there verbatim, else to `arena`. A row that does not fit the types is reported in
  /// `errors` (ascending) and null in all columns.
  virtual void decode(std::span<const ByteView> rows, const std::vector<Column*>& columns,
                      Arena& arena, RowErrors& errors) = 0;
};

/// Encoded rows, one after the other in one buffer; or, with `may_refer` and where a column's
/// values are their own encoding, only views of them.
struct EncodedRows {
  bool may_refer = false;           // whoever reads the rows still has columns and encoder by then
  const ByteView* views = nullptr;  // set: the rows lie there and the members below are empty
  const char* lent = nullptr;       // set: what `bytes` would hold lies there, with the encoder
  std::string bytes;
  std::vector<uint32_t> ends;  // end of row i in bytes; it begins where the one before ends
  std::vector<uint8_t> null;   // rows long if some row is null, else empty
  ByteView row(size_t i) const {
    if (views != nullptr) return views[i];
    if (!null.empty() && null[i]) return {};
    size_t begin = i == 0 ? 0 : ends[i - 1];
    return {(lent != nullptr ? lent : bytes.data()) + begin, ends[i] - begin};
  }
  void clear() {
    views = nullptr;
    lent = nullptr;
    bytes.clear();
    ends.clear();
    null.clear();
  }
};

/// Writes columns as the bytes of one side of records.
class RowEncoder {
 public:
  virtual ~RowEncoder() = default;
  /// Appends one encoded row for each row of the columns. present == nullptr: all rows are present
  /// (of a key: all but those of nulls alone); else rows with 0 become null. Rows that cannot be
  /// written (a DELIMITED string is never one: it is quoted) are reported and null.
  virtual void encode(const std::vector<const Column*>& columns, size_t rows,
                      const uint8_t* present, EncodedRows& out, RowErrors& errors) = 0;
};

/// Makes a decoder or encoder for `fields` on one side. `is_key`: keys of one column are written
/// bare. Errors: invalid_argument (KAFKA with two columns, DELIMITED with a nested type, NONE with
/// columns, ...), in words for whoever wrote the WITH clause.
Result<std::unique_ptr<RowDecoder>> make_decoder(const FormatSpec& spec, std::vector<Field> fields,
                                                 bool is_key);
Result<std::unique_ptr<RowEncoder>> make_encoder(const FormatSpec& spec, std::vector<Field> fields,
                                                 bool is_key);

}  // namespace leat
