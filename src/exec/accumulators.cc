#include "exec/accumulators.h"

#include <cmath>

#include "base/bytes.h"
#include "data/decimal.h"
#include "plan/utf16.h"

namespace leat::exec {
namespace {

using plan::AggregateKind;

bool is_text(TypeKind kind) { return kind == TypeKind::string || kind == TypeKind::bytes; }

// Doubles as Double.compareTo orders them: NaN above all, -0.0 below 0.0.
int compare(double a, double b) {
  if (a < b) return -1;
  if (a > b) return 1;
  if (std::isnan(a) || std::isnan(b)) return static_cast<int>(std::isnan(a)) - std::isnan(b);
  return static_cast<int>(std::signbit(b)) - std::signbit(a);
}
template <class T>
int compare(T a, T b) {
  return a < b ? -1 : (a > b ? 1 : 0);
}

// Whether `candidate` takes the place of what is there.
template <class T>
bool replaces(AggregateKind kind, bool has, const T& candidate, const T& there) {
  switch (kind) {
    case AggregateKind::min: return !has || compare(candidate, there) < 0;
    case AggregateKind::max: return !has || compare(candidate, there) > 0;
    case AggregateKind::earliest: return !has;
    default: return true;
  }
}

template <class T>
void choose_value(AggregateKind kind, char* at, T candidate) {
  bool has = load_le<uint64_t>(at) != 0;
  if (!replaces(kind, has, candidate, load_le<T>(at + 8))) return;
  store_le(at, uint64_t{1});
  store_le(at + 8, candidate);
}

int64_t integer(const Column& column, size_t row) {
  return column.type().kind == TypeKind::int32 ? column.at<int32_t>(row) : column.at<int64_t>(row);
}

void add_to(char* at, int64_t n) { store_le(at, load_le<int64_t>(at) + n); }

}  // namespace

Accumulators::Accumulators(const std::vector<plan::AggregateCall>& calls,
                           const std::vector<Field>& input, bool wraps)
    : wraps_(wraps) {
  for (const plan::AggregateCall& call : calls) {
    Cell cell{.kind = call.kind, .argument_type = Type(), .result = call.result};
    if (call.argument >= 0) {
      cell.argument = static_cast<size_t>(call.argument);
      cell.argument_type = input[cell.argument].type;
    }
    cell.at = fixed_bytes_;
    fixed_bytes_ += cell_bytes(cell);
    const bool chooses = cell.kind == AggregateKind::min || cell.kind == AggregateKind::max ||
                         cell.kind == AggregateKind::earliest || cell.kind == AggregateKind::latest;
    if (chooses && is_text(cell.argument_type.kind)) cell.tail = tails_++;
    if (cell.kind == AggregateKind::sum || cell.kind == AggregateKind::avg)
      can_fail_ |= cell.argument_type.kind != TypeKind::float64;
    if (cell.kind == AggregateKind::count_distinct)
      distinct_.push_back({cells_.size(), cell.argument, cell.at});
    counts_only_ &= cell.kind == AggregateKind::count_all;
    cells_.push_back(cell);
  }
}

uint32_t Accumulators::cell_bytes(const Cell& cell) const {
  const TypeKind kind = cell.argument_type.kind;
  switch (cell.kind) {
    case AggregateKind::count_all:
    case AggregateKind::count:
    case AggregateKind::count_distinct: return 8;
    case AggregateKind::sum: return kind == TypeKind::decimal ? 16 : 8;
    case AggregateKind::avg: return kind == TypeKind::float64 ? 16 : 24;
    default: return is_text(kind) ? 8 : (kind == TypeKind::decimal ? 24 : 16);
  }
}

bool Accumulators::add_sum(const Cell& cell, char* at, const Column& column, size_t row,
                           int sign) const {
  switch (cell.argument_type.kind) {
    case TypeKind::float64:
      store_le(at, load_le<double>(at) + sign * column.at<double>(row));
      return true;
    case TypeKind::decimal: {
      auto there = load_le<Int128>(at);
      auto sum = sign > 0 ? checked_add(there, column.at<Int128>(row))
                          : checked_subtract(there, column.at<Int128>(row));
      if (!sum || !fits_precision(*sum, cell.result.precision)) return false;
      store_le(at, *sum);
      return true;
    }
    default: break;
  }
  const auto there = load_le<int64_t>(at);
  const int64_t value = integer(column, row);
  int64_t sum = 0;
  bool overflow = sign > 0 ? __builtin_add_overflow(there, value, &sum)
                           : __builtin_sub_overflow(there, value, &sum);
  if (cell.result.kind == TypeKind::int32 && sum != static_cast<int32_t>(sum)) {
    overflow = true;
    sum = static_cast<int32_t>(sum);
  }
  if (overflow && !wraps_) return false;
  store_le(at, sum);
  return true;
}

bool Accumulators::add_average(const Cell& cell, char* at, const Column& column, size_t row,
                               int sign) const {
  add_to(at, sign);
  if (cell.argument_type.kind == TypeKind::float64) {
    store_le(at + 8, load_le<double>(at + 8) + sign * column.at<double>(row));
    return true;
  }
  Int128 value = cell.argument_type.kind == TypeKind::decimal ? column.at<Int128>(row)
                                                              : Int128{integer(column, row)};
  auto there = load_le<Int128>(at + 8);
  auto sum = sign > 0 ? checked_add(there, value) : checked_subtract(there, value);
  if (!sum) return false;
  store_le(at + 8, *sum);
  return true;
}

void Accumulators::choose(const Cell& cell, char* at, const Column& column, size_t row,
                          ByteView* tails) const {
  switch (cell.argument_type.kind) {
    case TypeKind::boolean: return choose_value<int64_t>(cell.kind, at, column.at<uint8_t>(row));
    case TypeKind::int32: return choose_value<int64_t>(cell.kind, at, column.at<int32_t>(row));
    case TypeKind::float64: return choose_value(cell.kind, at, column.at<double>(row));
    case TypeKind::decimal: return choose_value(cell.kind, at, column.at<Int128>(row));
    case TypeKind::string:
    case TypeKind::bytes: {
      ByteView& there = tails[cell.tail];
      ByteView candidate = column.at<ByteView>(row);
      const bool has = load_le<uint64_t>(at) != 0;
      const bool text = cell.argument_type.kind == TypeKind::string;
      const int order = text ? plan::compare_utf16(candidate, there) : candidate.compare(there);
      if (!replaces(cell.kind, has, order, 0)) return;
      store_le(at, uint64_t{candidate.size() + 1});
      there = candidate;
      return;
    }
    default: return choose_value(cell.kind, at, column.at<int64_t>(row));
  }
}

int Accumulators::add(char* group, const Column* values, size_t row, ByteView* tails) const {
  for (const Cell& cell : cells_) {
    char* at = group + cell.at;
    if (cell.kind == AggregateKind::count_all) {
      add_to(at, 1);
      continue;
    }
    const Column& column = values[cell.argument];
    if (column.is_null(row)) continue;
    bool fits = true;
    switch (cell.kind) {
      case AggregateKind::count: add_to(at, 1); break;
      case AggregateKind::sum: fits = add_sum(cell, at, column, row, 1); break;
      case AggregateKind::avg: fits = add_average(cell, at, column, row, 1); break;
      case AggregateKind::count_distinct: break;
      default: choose(cell, at, column, row, tails); break;
    }
    if (!fits) return static_cast<int>(&cell - cells_.data());
  }
  return -1;
}

int Accumulators::take_out(char* group, const Column* values, size_t row) const {
  for (const Cell& cell : cells_) {
    char* at = group + cell.at;
    if (cell.kind == AggregateKind::count_all) {
      add_to(at, -1);
      continue;
    }
    const Column& column = values[cell.argument];
    if (column.is_null(row)) continue;
    bool fits = true;
    switch (cell.kind) {
      case AggregateKind::count: add_to(at, -1); break;
      case AggregateKind::sum: fits = add_sum(cell, at, column, row, -1); break;
      case AggregateKind::avg: fits = add_average(cell, at, column, row, -1); break;
      default: break;  // not of tables: what has gone cannot be told from what is left
    }
    if (!fits) return static_cast<int>(&cell - cells_.data());
  }
  return -1;
}

std::string Accumulators::name_of_call(int call) const {
  const Cell& cell = cells_[static_cast<size_t>(call)];
  return std::string(cell.kind == AggregateKind::avg ? "AVG" : "SUM") + " as " +
         cell.result.to_string();
}

void Accumulators::read_tails(ByteView group, std::vector<ByteView>& tails) const {
  tails.assign(static_cast<size_t>(tails_), ByteView());
  size_t begin = fixed_bytes_;
  for (const Cell& cell : cells_) {
    if (cell.tail < 0) continue;
    auto size = load_le<uint64_t>(group.data() + cell.at);
    if (size == 0) continue;
    tails[static_cast<size_t>(cell.tail)] = group.substr(begin, size - 1);
    begin += size - 1;
  }
}

void Accumulators::write_tails(ByteView fixed, const std::vector<ByteView>& tails,
                               std::string& out) const {
  out.assign(fixed);
  for (ByteView tail : tails) out.append(tail);
}

void Accumulators::finalise(std::span<const ByteView> groups, std::vector<Column>& columns,
                            size_t first, Arena& /*arena*/) const {
  for (size_t c = 0; c < cells_.size(); ++c) {
    Column& out = columns[first + c];
    out.reset(cells_[c].result);
    out.resize(groups.size());
    if (cells_[c].tail >= 0)
      finalise_tail(cells_[c], groups, out);
    else
      finalise_cell(cells_[c], groups, out);
  }
}

void Accumulators::finalise_tail(const Cell& cell, std::span<const ByteView> groups,
                                 Column& out) const {
  std::vector<ByteView> tails;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].data() == nullptr || load_le<uint64_t>(groups[i].data() + cell.at) == 0) {
      out.set_null(i);
      continue;
    }
    read_tails(groups[i], tails);
    out.at<ByteView>(i) = tails[static_cast<size_t>(cell.tail)];
  }
}

namespace {

template <class F>
void each_group(std::span<const ByteView> groups, uint32_t at, Column& out, F&& f) {
  for (size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].data() == nullptr)
      out.set_null(i);
    else
      f(i, groups[i].data() + at);
  }
}

void write_integer(Column& out, size_t row, int64_t value) {
  if (out.type().kind == TypeKind::int32)
    out.at<int32_t>(row) = static_cast<int32_t>(value);
  else
    out.at<int64_t>(row) = value;
}

void average(const Type& argument, Column& out, size_t row, const char* at) {
  const auto count = load_le<int64_t>(at);
  const bool exact = argument.kind != TypeKind::float64;
  const int scale = argument.kind == TypeKind::decimal ? argument.scale : 0;
  if (out.type().kind == TypeKind::decimal) {
    auto sum = load_le<Int128>(at + 8);
    auto mean = count == 0 ? Int128{0} : checked_divide(sum, scale, count, 0, out.type().scale);
    out.at<Int128>(row) = mean ? *mean : 0;
    if (!mean) out.set_null(row);
    return;
  }
  double sum = exact ? decimal_to_double(load_le<Int128>(at + 8), scale) : load_le<double>(at + 8);
  out.at<double>(row) = count == 0 ? 0.0 : sum / static_cast<double>(count);
}

}  // namespace

void Accumulators::finalise_cell(const Cell& cell, std::span<const ByteView> groups,
                                 Column& out) const {
  switch (cell.kind) {
    case AggregateKind::count_all:
    case AggregateKind::count:
    case AggregateKind::count_distinct:
      return each_group(groups, cell.at, out, [&](size_t i, const char* at) {
        write_integer(out, i, load_le<int64_t>(at));
      });
    case AggregateKind::sum:
      return each_group(groups, cell.at, out, [&](size_t i, const char* at) {
        if (cell.argument_type.kind == TypeKind::float64)
          out.at<double>(i) = load_le<double>(at);
        else if (cell.argument_type.kind == TypeKind::decimal)
          out.at<Int128>(i) = load_le<Int128>(at);
        else
          write_integer(out, i, load_le<int64_t>(at));
      });
    case AggregateKind::avg:
      return each_group(groups, cell.at, out,
                        [&](size_t i, const char* at) { average(cell.argument_type, out, i, at); });
    default: break;
  }
  each_group(groups, cell.at, out, [&](size_t i, const char* at) {
    if (load_le<uint64_t>(at) == 0) return out.set_null(i);
    switch (cell.argument_type.kind) {
      case TypeKind::boolean: out.at<uint8_t>(i) = load_le<int64_t>(at + 8) != 0; break;
      case TypeKind::float64: out.at<double>(i) = load_le<double>(at + 8); break;
      case TypeKind::decimal: out.at<Int128>(i) = load_le<Int128>(at + 8); break;
      default: write_integer(out, i, load_le<int64_t>(at + 8)); break;
    }
  });
}

}  // namespace leat::exec
