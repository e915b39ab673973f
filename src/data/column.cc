#include "data/column.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "data/opaque.h"

namespace leat {
namespace {
constexpr size_t kAlignment = 64;

bool holds_views(const Type& type) {
  return type.kind == TypeKind::string || type.kind == TypeKind::bytes ||
         type.kind == TypeKind::opaque;
}

// Moves value i from `from[rows[i]]` for one value width; the widths are known so that the loop is.
template <size_t kWidth>
void gather_values(char* to, const char* from, const std::vector<uint32_t>& rows) {
  for (size_t i = 0; i < rows.size(); ++i)
    std::memmove(to + i * kWidth, from + rows[i] * kWidth, kWidth);
}

void gather_any(size_t width, char* to, const char* from, const std::vector<uint32_t>& rows) {
  switch (width) {
    case 1: return gather_values<1>(to, from, rows);
    case 4: return gather_values<4>(to, from, rows);
    case 8: return gather_values<8>(to, from, rows);
    default: return gather_values<16>(to, from, rows);
  }
}
}  // namespace

size_t value_size(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean: return 1;
    case TypeKind::int32: return 4;
    case TypeKind::int64:
    case TypeKind::timestamp:
    case TypeKind::float64: return 8;
    default: return 16;
  }
}

void Column::Free::operator()(char* p) const { std::free(p); }

void Column::reserve(size_t rows) {
  size_t need = rows * value_size(type_.kind);
  if (need <= capacity_) return;
  size_t grown = (std::max(need, capacity_ * 2) + kAlignment - 1) / kAlignment * kAlignment;
  char* p = static_cast<char*>(std::aligned_alloc(kAlignment, grown));
  if (p == nullptr) throw std::bad_alloc();
  if (size_ > 0) std::memcpy(p, values_.get(), std::min(capacity_, size_ * value_size(type_.kind)));
  values_.reset(p);
  capacity_ = grown;
}

void Column::resize(size_t rows) {
  size_ = 0;
  reserve(rows);
  size_ = rows;
  valid_.clear();
}

void Column::reset(Type type) {
  type_ = std::move(type);
  size_ = 0;
  valid_.clear();
}

void Column::set_null(size_t row) {
  if (valid_.empty()) valid_.assign(size_, 1);
  valid_[row] = 0;
  // A defined value for whoever computes on null rows too, as vector loops do.
  std::memset(values_.get() + row * value_size(type_.kind), 0, value_size(type_.kind));
}

void Column::set_all_null() {
  if (size_ == 0) return;
  valid_.assign(size_, 0);
  std::memset(values_.get(), 0, size_ * value_size(type_.kind));
}

void Column::append_from(const Column& from, size_t row) {
  LEAT_ASSERT(type_.kind == from.type_.kind);
  size_t width = value_size(type_.kind);
  reserve(size_ + 1);
  std::memcpy(values_.get() + size_ * width, from.values_.get() + row * width, width);
  ++size_;
  if (!valid_.empty()) valid_.push_back(1);
  if (from.is_null(row)) set_null(size_ - 1);
}

size_t Column::append() {
  reserve(size_ + 1);
  if (!valid_.empty()) valid_.push_back(1);
  return size_++;
}

void Column::append_null() { set_null(append()); }

void Column::truncate(size_t rows) {
  LEAT_ASSERT(rows <= size_);
  size_ = rows;
  if (!valid_.empty()) valid_.resize(rows);
}

void Column::keep(const std::vector<uint32_t>& rows) {
  gather_any(value_size(type_.kind), values_.get(), values_.get(), rows);
  if (!valid_.empty()) {
    for (size_t i = 0; i < rows.size(); ++i) valid_[i] = valid_[rows[i]];
    valid_.resize(rows.size());
  }
  size_ = rows.size();
}

void Column::gather(const Column& from, const std::vector<uint32_t>& rows) {
  type_ = from.type_;
  resize(rows.size());
  gather_any(value_size(type_.kind), values_.get(), from.values_.get(), rows);
  if (from.has_nulls()) {
    valid_.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) valid_[i] = from.valid_[rows[i]];
  }
}

size_t Column::viewed_bytes() const {
  if (!holds_views(type_)) return 0;
  const auto* views = data<ByteView>();
  size_t bytes = 0;
  if (valid_.empty()) {
    for (size_t i = 0; i < size_; ++i) bytes += views[i].size();
  } else {
    for (size_t i = 0; i < size_; ++i) bytes += valid_[i] == 0 ? 0 : views[i].size();
  }
  return bytes;
}

void Column::own_bytes(Arena& arena) {
  if (!holds_views(type_)) return;
  // A held struct is read where it lies, so it stays aligned.
  bool is_struct = type_.kind == TypeKind::opaque && type_.opaque && type_.opaque->size != 0;
  size_t align = is_struct ? 16 : 1;
  auto* views = data<ByteView>();
  for (size_t i = 0; i < size_; ++i) {
    if (is_null(i)) continue;
    char* copy = arena.allocate(views[i].size(), align);
    if (!views[i].empty()) std::memcpy(copy, views[i].data(), views[i].size());
    views[i] = ByteView(copy, views[i].size());
  }
}

}  // namespace leat
