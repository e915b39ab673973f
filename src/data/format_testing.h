#pragma once
// For tests: rows in and out of a format as text.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/format.h"
#include "data/json_value.h"

namespace leat::testing_format {

/// Decodes rows and shows each as "json|json|...", "error: message" where it was refused.
class Decoded {
 public:
  Decoded(const FormatSpec& spec, const std::vector<Field>& fields,
          const std::vector<ByteView>& rows, bool is_key = false,
          const std::vector<bool>& needed = {}) {
    auto decoder = make_decoder(spec, fields, is_key).value();
    columns_.resize(fields.size());
    std::vector<Column*> lent;
    for (size_t c = 0; c < fields.size(); ++c)
      lent.push_back(needed.empty() || needed[c] ? &columns_[c] : nullptr);
    // Exactly as large as each row: a sanitizer sees a byte read past it.
    for (ByteView row : rows) {
      bytes_.emplace_back(row.begin(), row.end());
      views_.push_back(row.data() == nullptr
                           ? ByteView()
                           : ByteView(row.empty() ? "" : bytes_.back().data(), row.size()));
    }
    decoder->decode(views_, lent, arena_, errors_);
    for (size_t i = 0; i < rows.size(); ++i) rows_.push_back(show(i, lent));
    for (const RowError& error : errors_) {
      for (const Column* column : lent)
        EXPECT_TRUE(column == nullptr || column->is_null(error.row));
      rows_[error.row] = "error: " + error.error.message();
    }
  }
  const std::vector<std::string>& rows() const { return rows_; }
  const std::string& row(size_t i = 0) const { return rows_[i]; }
  const std::vector<Column>& columns() const { return columns_; }

 private:
  static std::string show(size_t row, const std::vector<Column*>& columns) {
    std::string out;
    for (size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) out += '|';
      if (columns[c] != nullptr) append_json_value(out, *columns[c], row);
    }
    return out;
  }
  std::vector<std::vector<char>> bytes_;
  std::vector<ByteView> views_;
  std::vector<Column> columns_;
  Arena arena_;
  RowErrors errors_;
  std::vector<std::string> rows_;
};

inline std::string decode_one(const FormatSpec& spec, const std::vector<Field>& fields,
                              ByteView row, bool is_key = false) {
  return Decoded(spec, fields, {row}, is_key).row();
}

/// Encodes all rows of the columns; "(null)" where a row is.
inline std::vector<std::string> encode_all(const FormatSpec& spec, const std::vector<Field>& fields,
                                           const std::vector<Column>& columns, bool is_key = false,
                                           const uint8_t* present = nullptr) {
  auto encoder = make_encoder(spec, fields, is_key).value();
  std::vector<const Column*> lent;
  for (const Column& column : columns) lent.push_back(&column);
  EncodedRows out;
  RowErrors errors;
  size_t rows = columns.empty() ? 1 : columns[0].size();
  encoder->encode(lent, rows, present, out, errors);
  EXPECT_TRUE(errors.empty());
  std::vector<std::string> texts;
  for (size_t i = 0; i < rows; ++i)
    texts.push_back(out.row(i).data() == nullptr ? "(null)" : std::string(out.row(i)));
  return texts;
}

}  // namespace leat::testing_format
