// KAFKA: one column as Kafka's own serializers write it. INT and BIGINT big-endian, DOUBLE as its
// IEEE bits big-endian, STRING as UTF-8, BYTES as they are; a C++ value by its own codec.
#include "base/short_bytes.h"
#include "data/format_makers.h"
#include "data/opaque.h"
#include "data/row_error.h"
#include "data/row_writer.h"
#include "data/utf8.h"

namespace leat {
namespace {

Error wrong_size(const Field& field, ByteView found, size_t expected) {
  return Error(ErrorCode::invalid_data, "value has another size than its column: `" + field.name +
                                            "` " + field.type.to_string() + " has " +
                                            std::to_string(expected) + " bytes, found " +
                                            std::to_string(found.size()));
}

class KafkaDecoder final : public RowDecoder {
 public:
  explicit KafkaDecoder(std::vector<Field> fields) : fields_(std::move(fields)) {}

  void decode(std::span<const ByteView> rows, const std::vector<Column*>& columns, Arena& arena,
              RowErrors& errors) override {
    prepare_columns(fields_, columns, rows.size());
    Column* column = columns[0];
    if (column == nullptr) return;
    switch (fields_[0].type.kind) {
      case TypeKind::int32: return decode_fixed<uint32_t>(rows, *column, errors);
      case TypeKind::int64:
      case TypeKind::float64: return decode_fixed<uint64_t>(rows, *column, errors);
      case TypeKind::opaque: return decode_values(rows, *column, arena, errors);
      default: return decode_bytes(rows, *column, errors);
    }
  }

 private:
  template <class T>
  void decode_fixed(std::span<const ByteView> rows, Column& column, RowErrors& errors) {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].size() == sizeof(T)) {
        if constexpr (sizeof(T) == 4)
          column.at<T>(i) = load_be32(rows[i].data());
        else
          column.at<T>(i) = load_be64(rows[i].data());
        continue;
      }
      column.set_null(i);
      if (rows[i].data() != nullptr)
        errors.push_back({static_cast<uint32_t>(i), wrong_size(fields_[0], rows[i], sizeof(T))});
    }
  }

  void decode_bytes(std::span<const ByteView> rows, Column& column, RowErrors& errors) {
    bool is_text = fields_[0].type.kind == TypeKind::string;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].data() == nullptr) {
        column.set_null(i);
      } else if (is_text && !is_utf8(rows[i])) {
        column.set_null(i);
        errors.push_back({static_cast<uint32_t>(i),
                          column_error("string is not valid UTF-8", fields_[0], rows[i])});
      } else {
        column.at<ByteView>(i) = rows[i];
      }
    }
  }

  void decode_values(std::span<const ByteView> rows, Column& column, Arena& arena,
                     RowErrors& errors) {
    const OpaqueTraits& traits = *fields_[0].type.opaque;
    auto* values = column.data<ByteView>();
    const bool is_struct = traits.decode == nullptr && traits.size > 0;
    const size_t stride = (traits.size + 15) / 16 * 16;
    char* to = is_struct ? arena.allocate(rows.size() * stride, 16) : nullptr;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (is_struct && rows[i].size() == traits.size) {
        copy_struct(to, rows[i]);
        values[i] = ByteView(to, traits.size);
        to += stride;
        continue;
      }
      if (rows[i].data() == nullptr) {
        column.set_null(i);
        continue;
      }
      auto held = decode_opaque(traits, rows[i], arena);
      if (held.has_value()) {
        values[i] = *held;
      } else {
        column.set_null(i);
        errors.push_back({static_cast<uint32_t>(i), std::move(held).error()});
      }
    }
  }

  // Vectors that overlap at the end, in place of a call.
  static void copy_struct(char* to, ByteView from) {
    const char* p = from.data();
    size_t n = from.size();
    if (n < 32) return copy_bytes(to, p, n);
    auto move = [&](size_t at) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + at),
                          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + at)));
    };
    for (size_t at = 0; at + 32 < n; at += 32) move(at);
    move(n - 32);
  }

  std::vector<Field> fields_;
};

class KafkaEncoder final : public RowEncoder {
 public:
  explicit KafkaEncoder(std::vector<Field> fields) : field_(std::move(fields[0])) {}

  void encode(const std::vector<const Column*>& columns, size_t rows, const uint8_t* present,
              EncodedRows& out, RowErrors&) override {
    const Column& column = *columns[0];
    if (out.may_refer && is_own_encoding() && out.ends.empty() && !column.has_nulls() &&
        present == nullptr) {
      out.views = column.data<ByteView>();
      return;
    }
    writer_.begin(out, rows);
    for (size_t i = 0; i < rows; ++i) {
      if ((present != nullptr && present[i] == 0) || column.is_null(i))
        writer_.null_row();
      else
        write(column, i);
    }
    writer_.finish();
  }

 private:
  bool is_own_encoding() const {
    TypeKind kind = field_.type.kind;
    return kind == TypeKind::string || kind == TypeKind::bytes ||
           (kind == TypeKind::opaque && field_.type.opaque->encode == nullptr);
  }

  void write(const Column& column, size_t row) {
    switch (field_.type.kind) {
      case TypeKind::int32: {
        char* p = writer_.room(4);
        store_be32(p, column.at<uint32_t>(row));
        return writer_.end_row(p + 4);
      }
      case TypeKind::int64:
      case TypeKind::float64: {
        char* p = writer_.room(8);
        store_be64(p, column.at<uint64_t>(row));
        return writer_.end_row(p + 8);
      }
      case TypeKind::opaque:
        scratch_.clear();
        encode_opaque(*field_.type.opaque, column.at<ByteView>(row), scratch_);
        return write_bytes(scratch_);
      default: return write_bytes(column.at<ByteView>(row));
    }
  }

  void write_bytes(ByteView bytes) {
    char* p = writer_.room(bytes.size());
    if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
    writer_.end_row(p + bytes.size());
  }

  Field field_;
  RowWriter writer_;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<RowDecoder> make_kafka_decoder(std::vector<Field> fields) {
  return std::make_unique<KafkaDecoder>(std::move(fields));
}
std::unique_ptr<RowEncoder> make_kafka_encoder(std::vector<Field> fields) {
  return std::make_unique<KafkaEncoder>(std::move(fields));
}

}  // namespace leat
