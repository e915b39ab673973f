#include "exec/row_codec.h"

#include <cstring>

#include "data/opaque.h"

namespace leat::exec {
namespace {

bool has_tail(TypeKind kind) {
  return kind == TypeKind::string || kind == TypeKind::bytes || kind == TypeKind::opaque;
}

char* writable(ByteView row) { return const_cast<char*>(row.data()); }

template <class T>
void write_cells(const Column& column, uint32_t at, const std::vector<ByteView>& rows) {
  for (size_t i = 0; i < rows.size(); ++i)
    if (rows[i].data() != nullptr) store_le(writable(rows[i]) + at, column.at<T>(i));
}

template <class T>
void read_cells(std::span<const ByteView> rows, uint32_t at, Column& column) {
  T* out = column.data<T>();
  for (size_t i = 0; i < rows.size(); ++i)
    out[i] = rows[i].data() != nullptr ? load_le<T>(rows[i].data() + at) : T{};
}

}  // namespace

RowCodec::RowCodec(const std::vector<Field>& fields) {
  auto at = static_cast<uint32_t>(8 + (fields.size() + 7) / 8);
  for (const Field& field : fields) {
    bool tail = has_tail(field.type.kind);
    auto width = tail ? 4U : static_cast<uint32_t>(value_size(field.type.kind));
    cells_.push_back({field.type, at, width, tail});
    at += width;
  }
  fixed_bytes_ = at;
  encoded_.resize(fields.size());
}

void RowCodec::add_tails(const Column& column, const Cell& cell,
                         const std::vector<uint8_t>& present) {
  std::vector<ByteView>* encoded = nullptr;
  if (cell.type.kind == TypeKind::opaque && cell.type.opaque && cell.type.opaque->encode) {
    encoded = &encoded_[static_cast<size_t>(&cell - cells_.data())];
    encoded->assign(column.size(), ByteView());
  }
  std::string scratch;
  for (size_t i = 0; i < column.size(); ++i) {
    if (!present[i] || column.is_null(i)) continue;
    ByteView bytes = column.at<ByteView>(i);
    if (encoded) {
      scratch.clear();
      encode_opaque(*cell.type.opaque, bytes, scratch);
      bytes = (*encoded)[i] = opaque_bytes_.copy(scratch);
    }
    sizes_[i] += static_cast<uint32_t>(bytes.size());
  }
}

void RowCodec::write_column(const Column& column, size_t index, const std::vector<ByteView>& rows) {
  const Cell& cell = cells_[index];
  if (column.has_nulls()) {
    for (size_t i = 0; i < rows.size(); ++i)
      if (rows[i].data() != nullptr && column.is_null(i))
        writable(rows[i])[8 + index / 8] |= static_cast<char>(1 << (index % 8));
  }
  if (cell.has_tail) {
    const bool encoded = !encoded_[index].empty();
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].data() == nullptr || column.is_null(i)) continue;
      ByteView bytes = encoded ? encoded_[index][i] : column.at<ByteView>(i);
      store_le(writable(rows[i]) + cell.at, static_cast<uint32_t>(bytes.size()));
      if (!bytes.empty()) std::memcpy(writable(rows[i]) + tail_[i], bytes.data(), bytes.size());
      tail_[i] += static_cast<uint32_t>(bytes.size());
    }
    return;
  }
  switch (cell.width) {
    case 1: return write_cells<uint8_t>(column, cell.at, rows);
    case 4: return write_cells<uint32_t>(column, cell.at, rows);
    case 8: return write_cells<uint64_t>(column, cell.at, rows);
    default: return write_cells<Int128>(column, cell.at, rows);
  }
}

void RowCodec::encode(const std::vector<Column>& columns, size_t first,
                      const std::vector<TimeMs>& times, const std::vector<uint8_t>& present,
                      Arena& arena, std::vector<ByteView>& out) {
  const size_t rows = times.size();
  sizes_.assign(rows, fixed_bytes_);
  opaque_bytes_.reset();
  for (size_t c = 0; c < cells_.size(); ++c)
    if (cells_[c].has_tail) add_tails(columns[first + c], cells_[c], present);

  out.resize(rows);
  for (size_t i = 0; i < rows; ++i) {
    if (!present[i]) {
      out[i] = ByteView();
      continue;
    }
    char* row = arena.allocate(sizes_[i]);
    store_le(row, times[i]);
    std::memset(row + 8, 0, fixed_bytes_ - 8);
    out[i] = ByteView(row, sizes_[i]);
  }
  tail_.assign(rows, fixed_bytes_);
  for (size_t c = 0; c < cells_.size(); ++c) write_column(columns[first + c], c, out);
  for (auto& encoded : encoded_) encoded.clear();
}

void RowCodec::decode(std::span<const ByteView> rows, std::vector<Column>& columns, size_t first,
                      Arena& arena) {
  tail_.assign(rows.size(), fixed_bytes_);
  for (size_t c = 0; c < cells_.size(); ++c) {
    const Cell& cell = cells_[c];
    Column& column = columns[first + c];
    column.reset(cell.type);
    column.resize(rows.size());
    if (cell.has_tail) {
      auto* out = column.data<ByteView>();
      for (size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].data() == nullptr) {
          out[i] = ByteView();
          continue;
        }
        auto size = load_le<uint32_t>(rows[i].data() + cell.at);
        out[i] = ByteView(rows[i].data() + tail_[i], size);
        tail_[i] += size;
      }
    } else {
      switch (cell.width) {
        case 1: read_cells<uint8_t>(rows, cell.at, column); break;
        case 4: read_cells<uint32_t>(rows, cell.at, column); break;
        case 8: read_cells<uint64_t>(rows, cell.at, column); break;
        default: read_cells<Int128>(rows, cell.at, column); break;
      }
    }
    for (size_t i = 0; i < rows.size(); ++i)
      if (rows[i].data() == nullptr || (rows[i][8 + c / 8] >> (c % 8) & 1) != 0) column.set_null(i);
    if (cell.type.kind != TypeKind::opaque || cell.type.opaque == nullptr) continue;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (column.is_null(i)) continue;
      auto held = decode_opaque(*cell.type.opaque, column.at<ByteView>(i), arena);
      if (held.has_value())
        column.at<ByteView>(i) = *held;
      else
        column.set_null(i);
    }
  }
}

}  // namespace leat::exec
