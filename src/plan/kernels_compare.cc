#include "base/assert.h"
#include "data/decimal.h"
#include "plan/kernels.h"
#include "plan/utf16.h"

namespace leat::plan {
namespace {

// How two values of a kind compare. Numbers by their own operators (NaN equals nothing), text by
// UTF-16 units, bytes as they are.
template <class T>
struct Plain {
  using Stored = T;
  static constexpr bool kReadsBytes = false;
  static bool equal(T a, T b) { return a == b; }
  static bool less(T a, T b) { return a < b; }
  static bool less_equal(T a, T b) { return a <= b; }
};
struct Text {
  using Stored = ByteView;
  static constexpr bool kReadsBytes = true;
  static bool equal(ByteView a, ByteView b) { return a == b; }
  static bool less(ByteView a, ByteView b) { return compare_utf16(a, b) < 0; }
  static bool less_equal(ByteView a, ByteView b) { return compare_utf16(a, b) <= 0; }
};
struct Raw {
  using Stored = ByteView;
  static constexpr bool kReadsBytes = true;
  static bool equal(ByteView a, ByteView b) { return a == b; }
  static bool less(ByteView a, ByteView b) { return a < b; }
  static bool less_equal(ByteView a, ByteView b) { return a <= b; }
};

template <class Order>
struct Relations {
  using T = typename Order::Stored;
  struct Equal {
    bool operator()(T a, T b) const { return Order::equal(a, b); }
  };
  struct NotEqual {
    bool operator()(T a, T b) const { return !Order::equal(a, b); }
  };
  struct Less {
    bool operator()(T a, T b) const { return Order::less(a, b); }
  };
  struct LessEqual {
    bool operator()(T a, T b) const { return Order::less_equal(a, b); }
  };
  struct Greater {
    bool operator()(T a, T b) const { return Order::less(b, a); }
  };
  struct GreaterEqual {
    bool operator()(T a, T b) const { return Order::less_equal(b, a); }
  };
};

// r[i] = f(row i) where both are valid, else 0. Where values can be read whatever they are, the
// loop has no branch.
template <bool kReadsBytes, class F>
void both_valid(size_t rows, const Column& a, const Column& b, uint8_t* r, F f) {
  if (!a.has_nulls() && !b.has_nulls()) {
    for (size_t i = 0; i < rows; ++i) r[i] = f(i);
  } else if constexpr (kReadsBytes) {
    for (size_t i = 0; i < rows; ++i) r[i] = !a.is_null(i) && !b.is_null(i) && f(i);
  } else {
    for (size_t i = 0; i < rows; ++i) r[i] = f(i);
    for (const uint8_t* valid : {a.validity(), b.validity()})
      if (valid != nullptr)
        for (size_t i = 0; i < rows; ++i) r[i] &= valid[i];
  }
}

template <bool kReadsBytes, class T, class F>
Kernel plain_kernel(F f) {
  return [f](const CallContext& c, std::span<const Column* const> args, Column& out) {
    const T* a = args[0]->data<T>();
    const T* b = args[1]->data<T>();
    both_valid<kReadsBytes>(c.rows, *args[0], *args[1], out.data<uint8_t>(),
                            [a, b, f](size_t i) { return f(a[i], b[i]); });
  };
}

// Nulls are values here: equal to each other and to nothing else.
template <class T, class Equal>
Kernel distinct_kernel(bool negated, Equal equal) {
  return [negated, equal](const CallContext& c, std::span<const Column* const> args, Column& out) {
    uint8_t* r = out.data<uint8_t>();
    for (size_t i = 0; i < c.rows; ++i) {
      bool null_a = args[0]->is_null(i);
      bool null_b = args[1]->is_null(i);
      bool same = null_a || null_b ? null_a == null_b : equal(args[0]->at<T>(i), args[1]->at<T>(i));
      r[i] = same == negated;
    }
  };
}

template <class Order>
Kernel ordered(CompareOp op) {
  using T = typename Order::Stored;
  using R = Relations<Order>;
  constexpr bool kBytes = Order::kReadsBytes;
  switch (op) {
    case CompareOp::equal: return plain_kernel<kBytes, T>(typename R::Equal{});
    case CompareOp::not_equal: return plain_kernel<kBytes, T>(typename R::NotEqual{});
    case CompareOp::less: return plain_kernel<kBytes, T>(typename R::Less{});
    case CompareOp::less_equal: return plain_kernel<kBytes, T>(typename R::LessEqual{});
    case CompareOp::greater: return plain_kernel<kBytes, T>(typename R::Greater{});
    case CompareOp::greater_equal: return plain_kernel<kBytes, T>(typename R::GreaterEqual{});
    case CompareOp::distinct: return distinct_kernel<T>(false, typename R::Equal{});
    case CompareOp::not_distinct: return distinct_kernel<T>(true, typename R::Equal{});
  }
  return {};
}

bool holds(CompareOp op, int order) {
  switch (op) {
    case CompareOp::equal:
    case CompareOp::not_distinct: return order == 0;
    case CompareOp::not_equal:
    case CompareOp::distinct: return order != 0;
    case CompareOp::less: return order < 0;
    case CompareOp::less_equal: return order <= 0;
    case CompareOp::greater: return order > 0;
    case CompareOp::greater_equal: return order >= 0;
  }
  return false;
}

Kernel decimal_compare(CompareOp op) {
  return [op](const CallContext& c, std::span<const Column* const> args, Column& out) {
    const Column& a = *args[0];
    const Column& b = *args[1];
    int sa = a.type().scale;
    int sb = b.type().scale;
    bool nulls_are_values = op == CompareOp::distinct || op == CompareOp::not_distinct;
    uint8_t* r = out.data<uint8_t>();
    for (size_t i = 0; i < c.rows; ++i) {
      bool null_a = a.is_null(i);
      bool null_b = b.is_null(i);
      if (null_a || null_b)
        r[i] = nulls_are_values && (null_a == null_b) == (op == CompareOp::not_distinct);
      else
        r[i] = holds(op, compare_decimals(a.at<Int128>(i), sa, b.at<Int128>(i), sb));
    }
  };
}

void combine(const CallContext& c, const Kernel& kernel, const Column& a, const Column& b,
             Column& scratch) {
  const Column* pair[] = {&a, &b};
  scratch.resize(c.rows);
  kernel(c, pair, scratch);
}
}  // namespace

int compare_decimals(Int128 a, int scale_a, Int128 b, int scale_b) {
  if (scale_a < scale_b) return -compare_decimals(b, scale_b, a, scale_a);
  if (scale_a > scale_b) {
    // More than 38 digits at the finer scale is more than any value there.
    auto scaled = rescale(b, scale_b, scale_a);
    if (!scaled) return b > 0 ? -1 : 1;
    b = *scaled;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

Kernel compare_kernel(CompareOp op, TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean: return ordered<Plain<uint8_t>>(op);
    case TypeKind::int32: return ordered<Plain<int32_t>>(op);
    case TypeKind::int64:
    case TypeKind::timestamp: return ordered<Plain<int64_t>>(op);
    case TypeKind::float64: return ordered<Plain<double>>(op);
    case TypeKind::decimal: return decimal_compare(op);
    case TypeKind::string: return ordered<Text>(op);
    case TypeKind::bytes: return ordered<Raw>(op);
    default: LEAT_ASSERT(false); return {};
  }
}

Kernel between_kernel(TypeKind kind) {
  return [low = compare_kernel(CompareOp::greater_equal, kind),
          high = compare_kernel(CompareOp::less_equal, kind)](
             const CallContext& c, std::span<const Column* const> args, Column& out) {
    Column scratch(Type::boolean());
    low(c, args.first(2), out);
    combine(c, high, *args[0], *args[2], scratch);
    uint8_t* r = out.data<uint8_t>();
    const uint8_t* s = scratch.data<uint8_t>();
    for (size_t i = 0; i < c.rows; ++i) r[i] &= s[i];
  };
}

Kernel in_kernel(TypeKind kind) {
  return [equal = compare_kernel(CompareOp::equal, kind)](
             const CallContext& c, std::span<const Column* const> args, Column& out) {
    Column scratch(Type::boolean());
    equal(c, args.first(2), out);
    uint8_t* r = out.data<uint8_t>();
    for (size_t k = 2; k < args.size(); ++k) {
      combine(c, equal, *args[0], *args[k], scratch);
      const uint8_t* s = scratch.data<uint8_t>();
      for (size_t i = 0; i < c.rows; ++i) r[i] |= s[i];
    }
  };
}

}  // namespace leat::plan
