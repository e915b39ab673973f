#pragma once
// One pair a format; make_decoder and make_encoder choose among them and have checked the fields.
#include "data/format.h"

namespace leat {

/// `bare`: the one column stands alone, not in an object.
std::unique_ptr<RowDecoder> make_json_decoder(std::vector<Field> fields, bool bare);
std::unique_ptr<RowEncoder> make_json_encoder(std::vector<Field> fields, bool bare, bool is_key);
std::unique_ptr<RowDecoder> make_delimited_decoder(std::vector<Field> fields, char delimiter);
std::unique_ptr<RowEncoder> make_delimited_encoder(std::vector<Field> fields, char delimiter,
                                                   bool is_key);
/// One column, or none.
std::unique_ptr<RowDecoder> make_kafka_decoder(std::vector<Field> fields);
std::unique_ptr<RowEncoder> make_kafka_encoder(std::vector<Field> fields);
/// No columns: reads nothing, writes null.
std::unique_ptr<RowDecoder> make_none_decoder();
std::unique_ptr<RowEncoder> make_none_encoder();

/// Gives the columns that are needed their types and `rows` rows.
inline void prepare_columns(const std::vector<Field>& fields, const std::vector<Column*>& columns,
                            size_t rows) {
  LEAT_ASSERT(columns.size() == fields.size());
  for (size_t c = 0; c < columns.size(); ++c) {
    if (columns[c] == nullptr) continue;
    if (!(columns[c]->type() == fields[c].type)) columns[c]->reset(fields[c].type);
    columns[c]->resize(rows);
  }
}

/// Makes `row` null in all columns that are needed.
inline void null_row(const std::vector<Column*>& columns, size_t row) {
  for (Column* column : columns)
    if (column != nullptr) column->set_null(row);
}

/// Whether a key is no key: null in all its columns, as a record without key was read.
inline bool all_null(const std::vector<const Column*>& columns, size_t row) {
  for (const Column* column : columns)
    if (!column->is_null(row)) return false;
  return true;
}

}  // namespace leat
