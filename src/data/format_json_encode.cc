// JSON, writing: an object with every column, null ones too, under the columns' own names; or one
// bare value.
#include "base/short_bytes.h"
#include "data/format_makers.h"
#include "data/json_value.h"
#include "data/json_write.h"
#include "data/row_writer.h"

namespace leat {
namespace {

class JsonEncoder final : public RowEncoder {
 public:
  JsonEncoder(const std::vector<Field>& fields, bool bare, bool is_key)
      : bare_(bare), is_key_(is_key) {
    for (const Field& field : fields) {
      std::string before(names_.empty() ? "{" : ",");
      append_json_string(before, field.name);
      before += ':';
      fixed_room_ += before.size() + json_value_bound(field.type.kind);
      if (json_value_bound(field.type.kind) == 0) varying_.push_back(names_.size());
      names_.push_back(std::move(before));
    }
  }

  void encode(const std::vector<const Column*>& columns, size_t rows, const uint8_t* present,
              EncodedRows& out, RowErrors&) override {
    writer_.begin(out, rows);
    for (size_t i = 0; i < rows; ++i) {
      bool is_null = (present != nullptr && present[i] == 0) ||
                     ((bare_ || (is_key_ && present == nullptr)) && all_null(columns, i));
      if (is_null)
        writer_.null_row();
      else if (bare_)
        write_bare(*columns[0], i);
      else
        write_object(columns, i);
    }
    writer_.finish();
  }

 private:
  void write_bare(const Column& column, size_t row) {
    char* p = writer_.room(json_value_bound(column, row));
    writer_.end_row(put_json_value(p, column, row));
  }

  void write_object(const std::vector<const Column*>& columns, size_t row) {
    size_t room = fixed_room_;
    for (size_t c : varying_) room += json_value_bound(*columns[c], row);
    char* p = writer_.room(room);
    if (columns.empty()) *p++ = '{';
    for (size_t c = 0; c < columns.size(); ++c) {
      copy_bytes(p, names_[c].data(), names_[c].size());
      p = put_json_value(p + names_[c].size(), *columns[c], row);
    }
    *p++ = '}';
    writer_.end_row(p);
  }

  bool bare_;
  bool is_key_;
  std::vector<std::string> names_;  // with what stands around them: {"A":  ,"B":
  size_t fixed_room_ = 2;           // for the names and the values whose size the type bounds
  std::vector<size_t> varying_;
  RowWriter writer_;
};

}  // namespace

std::unique_ptr<RowEncoder> make_json_encoder(std::vector<Field> fields, bool bare, bool is_key) {
  return std::make_unique<JsonEncoder>(fields, bare, is_key);
}

}  // namespace leat
