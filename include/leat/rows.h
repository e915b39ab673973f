#pragma once
#include <exception>
#include <functional>
#include <vector>

#include "leat/types.h"

/// Batches as the loops over a user's lambda see them: plain arrays. Not for users.
namespace leat::streams {

/// An array of int32_t, int64_t, double or std::string_view; `valid` has a byte a row, 0 for null
/// (nullptr: none is null).
struct ColumnIn {
  const void* values = nullptr;
  const uint8_t* valid = nullptr;

  bool is_null(size_t row) const { return valid != nullptr && valid[row] == 0; }
  template <class T>
  decltype(auto) load(size_t row) const {
    using Cell = typename Trait<T>::Cell;
    return Trait<T>::load(static_cast<const Cell*>(values)[row]);
  }
};

struct RowsIn {
  size_t rows = 0;
  ColumnIn key;
  ColumnIn value;
  ColumnIn other;                         // of a join: the table's value
  const int64_t* window_start = nullptr;  // where keys are windowed
  const int64_t* window_end = nullptr;
};

/// The key of a row as a lambda gets it.
template <class K>
struct KeyOf {
  static decltype(auto) load(const RowsIn& in, size_t row) { return in.key.load<K>(row); }
};
template <>
struct KeyOf<NoKey> {
  static NoKey load(const RowsIn&, size_t) { return {}; }
};
template <class K>
struct KeyOf<Windowed<K>> {
  static Windowed<K> load(const RowsIn& in, size_t row) {
    return {K(in.key.load<K>(row)), in.window_start[row], in.window_end[row]};
  }
};

/// Where rows that failed are reported, in ascending order.
class Failures {
 public:
  virtual void fail(size_t row, std::string_view message) = 0;

 protected:
  ~Failures() = default;
};

/// What a loop makes. The arrays are asked for once a batch; bytes come from the batch's memory.
class RowsOut : public Failures {
 public:
  /// Room for the rows of the input that each output row comes from.
  virtual uint32_t* from(size_t rows) = 0;
  virtual void* keys(size_t rows) = 0;
  virtual void* values(size_t rows) = 0;
  /// How many rows there are in the end.
  virtual void set_rows(size_t rows) = 0;

  char* bytes(size_t n, size_t align) {
    char* at =
        reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(at_) + align - 1) & ~(align - 1));
    if (at_ == nullptr || static_cast<size_t>(end_ - at_) < n + align) return more(n, align);
    at_ = at + n;
    return at;
  }

 protected:
  ~RowsOut() = default;
  virtual char* more(size_t n, size_t align) = 0;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

/// What a lambda returned as a cell of a column of T.
template <class T, class R>
typename Trait<T>::Cell store(RowsOut& out, R&& result) {
  if constexpr (!kIsView<T>) {
    return static_cast<T>(result);
  } else if constexpr (FixedLayout<T>) {
    char* at = out.bytes(sizeof(T), alignof(T) < 8 ? 8 : alignof(T));
    new (at) T(std::forward<R>(result));
    return std::string_view(at, sizeof(T));
  } else {
    auto copy = [&out](std::string_view bytes) {
      char* at = out.bytes(bytes.size() + 1, 1);  // never a null view
      if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
      return std::string_view(at, bytes.size());
    };
    if constexpr (HasCodec<T>)
      return copy(Codec<T>::encode(result));
    else
      return copy(std::string_view(result));
  }
}

/// Calls a lambda that takes (key, value) or (value) alone.
template <class F, class K, class V>
inline constexpr bool kTakesKey =
    std::is_invocable_v<const F&, decltype(KeyOf<K>::load(std::declval<const RowsIn&>(), 0)),
                        decltype(std::declval<ColumnIn>().template load<V>(0))>;

inline constexpr const char* kNoKeyMessage =
    "the record has no key, and this step asks for it: take the value alone, or filter before";

/// The lambda's result for a row.
template <class F, class K, class V>
decltype(auto) apply(const F& f, const RowsIn& in, size_t row) {
  if constexpr (kTakesKey<F, K, V>) {
    if (in.key.is_null(row)) throw std::invalid_argument(kNoKeyMessage);
    return f(KeyOf<K>::load(in, row), in.value.template load<V>(row));
  } else {
    static_assert(
        std::is_invocable_v<const F&, decltype(std::declval<ColumnIn>().template load<V>(0))>,
        "the function takes (key, value) or (value), and changes nothing that it captured: it is "
        "called by several threads");
    return f(in.value.template load<V>(row));
  }
}
template <class F, class K, class V>
using result_t =
    decltype(apply<F, K, V>(std::declval<const F&>(), std::declval<const RowsIn&>(), 0));

/// Runs `body(row)` over all rows. What it throws ends at the row: it is reported, the loop goes
/// on.
template <class Body>
void each_row(size_t rows, Failures& failures, Body&& body) {
  size_t row = 0;
  while (row < rows) {
    try {
      for (; row < rows; ++row) body(row);
    } catch (const std::exception& e) {
      failures.fail(row++, e.what());
    } catch (...) {
      failures.fail(row++, "the function threw something that is not a std::exception");
    }
  }
}

/// One call a batch: the loop over a user's lambda, compiled where the lambda is.
using BatchFunction = std::function<void(const RowsIn&, RowsOut&)>;

/// States of groups. In place: 8 bytes that are 0 as long as there is no state, then the state. Of
/// any size: bytes before (null: none) to bytes after; false when the row failed.
struct FoldFunctions {
  size_t state_bytes = 0;
  std::function<void(const RowsIn&, const uint32_t* rows, size_t count, char* const* states,
                     Failures&)>
      in_place;
  std::function<bool(const RowsIn&, uint32_t row, const std::string_view* before,
                     std::string& after, Failures&)>
      any_size;
};

}  // namespace leat::streams
