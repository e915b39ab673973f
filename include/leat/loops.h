#pragma once
#include <utility>
#include <vector>

#include "leat/rows.h"

/// The loops over a user's lambdas, one a kind of step. Not for users.
namespace leat::streams {

/// Type of a key in the engine: a windowed key is its inner key and a time.
template <class K>
struct KeyType {
  static_assert(!FixedLayout<K> || std::has_unique_object_representations_v<K>,
                "a struct that is a key must have no padding: equal keys have equal bytes");
  using type = K;
};
template <class K>
struct KeyType<Windowed<K>> {
  using type = K;
};
template <class K>
inline constexpr TypeInfo kKeyInfo = Trait<typename KeyType<K>::type>::kInfo;

/// Keeps rows without branching on the result: half of them may pass, at random.
template <class K, class V, class F>
BatchFunction filter_loop(F f, bool keep) {
  return [f = std::move(f), keep](const RowsIn& in, RowsOut& out) {
    uint32_t* from = out.from(in.rows);
    size_t kept = 0;
    const bool all_there = in.value.valid == nullptr;
    each_row(in.rows, out, [&](size_t row) {
      if (!all_there && in.value.is_null(row)) return;
      from[kept] = static_cast<uint32_t>(row);
      kept += static_cast<bool>(apply<F, K, V>(f, in, row)) == keep;
    });
    out.set_rows(kept);
  };
}

/// A row without a value stays as it is.
template <class K, class V, class F>
BatchFunction values_loop(F f) {
  using R = plain_t<result_t<F, K, V>>;
  return [f = std::move(f)](const RowsIn& in, RowsOut& out) {
    uint32_t* from = out.from(in.rows);
    auto* values = static_cast<typename Trait<R>::Cell*>(out.values(in.rows));
    size_t made = 0;
    each_row(in.rows, out, [&](size_t row) {
      values[made] = {};
      if (!in.value.is_null(row)) values[made] = store<R>(out, apply<F, K, V>(f, in, row));
      from[made++] = static_cast<uint32_t>(row);
    });
    out.set_rows(made);
  };
}

/// A new key, the value as it was. Rows without a value have nothing to be named by: they end here.
template <class K, class V, class F>
BatchFunction keys_loop(F f) {
  using R = plain_t<result_t<F, K, V>>;
  return [f = std::move(f)](const RowsIn& in, RowsOut& out) {
    uint32_t* from = out.from(in.rows);
    auto* keys = static_cast<typename Trait<R>::Cell*>(out.keys(in.rows));
    size_t made = 0;
    each_row(in.rows, out, [&](size_t row) {
      if (in.value.is_null(row)) return;
      keys[made] = store<R>(out, apply<F, K, V>(f, in, row));
      from[made++] = static_cast<uint32_t>(row);
    });
    out.set_rows(made);
  };
}

template <class K, class V, class F>
struct PairOf {
  using pair = std::decay_t<result_t<F, K, V>>;
  using key = plain_t<typename pair::first_type>;
  using value = plain_t<typename pair::second_type>;
};

template <class K, class V, class F>
BatchFunction rows_loop(F f) {
  using P = PairOf<K, V, F>;
  return [f = std::move(f)](const RowsIn& in, RowsOut& out) {
    uint32_t* from = out.from(in.rows);
    auto* keys = static_cast<typename Trait<typename P::key>::Cell*>(out.keys(in.rows));
    auto* values = static_cast<typename Trait<typename P::value>::Cell*>(out.values(in.rows));
    size_t made = 0;
    each_row(in.rows, out, [&](size_t row) {
      if (in.value.is_null(row)) return;
      auto&& pair = apply<F, K, V>(f, in, row);
      keys[made] = store<typename P::key>(out, pair.first);
      values[made] = store<typename P::value>(out, pair.second);
      from[made++] = static_cast<uint32_t>(row);
    });
    out.set_rows(made);
  };
}

template <class R>
using element_t = std::decay_t<decltype(*std::begin(std::declval<R&>()))>;

/// Hands what a flat loop collected to the batch.
template <class Cell>
void copy_cells(const std::vector<Cell>& cells, void* to) {
  if (!cells.empty()) std::memcpy(to, cells.data(), cells.size() * sizeof(Cell));
}

/// Any number of values for a value: all of a row's or, when it fails, none.
template <class K, class V, class F>
BatchFunction flat_loop(F f) {
  using R = plain_t<element_t<result_t<F, K, V>>>;
  using Cell = typename Trait<R>::Cell;
  return [f = std::move(f)](const RowsIn& in, RowsOut& out) {
    std::vector<uint32_t> from;
    std::vector<Cell> values;
    from.reserve(in.rows);
    values.reserve(in.rows);
    each_row(in.rows, out, [&](size_t row) {
      values.resize(from.size());  // without what a row left that failed half way
      if (in.value.is_null(row)) return;
      auto&& results = apply<F, K, V>(f, in, row);
      for (auto&& result : results) values.push_back(store<R>(out, result));
      from.resize(values.size(), static_cast<uint32_t>(row));
    });
    copy_cells(from, out.from(from.size()));
    values.resize(from.size());
    copy_cells(values, out.values(from.size()));
    out.set_rows(from.size());
  };
}

template <class K, class V, class F>
struct FlatPairOf {
  using pair = element_t<result_t<F, K, V>>;
  using key = plain_t<typename pair::first_type>;
  using value = plain_t<typename pair::second_type>;
};

template <class K, class V, class F>
BatchFunction flat_rows_loop(F f) {
  using P = FlatPairOf<K, V, F>;
  return [f = std::move(f)](const RowsIn& in, RowsOut& out) {
    std::vector<uint32_t> from;
    std::vector<typename Trait<typename P::key>::Cell> keys;
    std::vector<typename Trait<typename P::value>::Cell> values;
    each_row(in.rows, out, [&](size_t row) {
      keys.resize(from.size());
      values.resize(from.size());
      if (in.value.is_null(row)) return;
      auto&& results = apply<F, K, V>(f, in, row);
      for (auto&& pair : results) {
        keys.push_back(store<typename P::key>(out, pair.first));
        values.push_back(store<typename P::value>(out, pair.second));
      }
      keys.resize(values.size());
      from.resize(values.size(), static_cast<uint32_t>(row));
    });
    copy_cells(from, out.from(from.size()));
    keys.resize(from.size());
    values.resize(from.size());
    copy_cells(keys, out.keys(from.size()));
    copy_cells(values, out.values(from.size()));
    out.set_rows(from.size());
  };
}

/// The rows that a join found, made one value. `other` is null where a left join found nothing.
template <class V, class T, class F, bool kLeft>
BatchFunction join_loop(F f) {
  auto call = [](const F& function, const RowsIn& in, size_t row) {
    if constexpr (!kLeft) {
      return function(in.value.load<V>(row), in.other.load<T>(row));
    } else {
      using Held = std::decay_t<decltype(in.other.load<T>(row))>;
      if (in.other.is_null(row))
        return function(in.value.load<V>(row), static_cast<const Held*>(nullptr));
      const Held& held = in.other.load<T>(row);
      return function(in.value.load<V>(row), &held);
    }
  };
  using R = plain_t<decltype(call(f, std::declval<const RowsIn&>(), 0))>;
  return [f = std::move(f), call](const RowsIn& in, RowsOut& out) {
    uint32_t* from = out.from(in.rows);
    auto* values = static_cast<typename Trait<R>::Cell*>(out.values(in.rows));
    size_t made = 0;
    each_row(in.rows, out, [&](size_t row) {
      values[made] = store<R>(out, call(f, in, row));
      from[made++] = static_cast<uint32_t>(row);
    });
    out.set_rows(made);
  };
}

/// What a joiner makes.
template <class V, class T, class F, bool kLeft>
struct Joined {
  using held = std::decay_t<decltype(std::declval<ColumnIn>().load<T>(0))>;
  using other = std::conditional_t<kLeft, const held*, held>;
  using type = plain_t<decltype(std::declval<const F&>()(std::declval<ColumnIn>().load<V>(0),
                                                         std::declval<other>()))>;
};

/// Whether states of S are changed where they lie.
template <class S>
inline constexpr bool kInPlace = !kIsView<S> || FixedLayout<S>;

/// `next(in, row, state)`: the state (std::optional, empty before the first) after a row.
template <class S, class Next>
FoldFunctions fold_loop(Next next) {
  FoldFunctions functions;
  if constexpr (kInPlace<S>) {
    functions.state_bytes = sizeof(S);
    functions.in_place = [next](const RowsIn& in, const uint32_t* rows, size_t count,
                                char* const* places, Failures& failures) {
      struct ByRow final : Failures {
        ByRow(const uint32_t* all, Failures& to) : rows(all), target(to) {}
        void fail(size_t i, std::string_view message) override { target.fail(rows[i], message); }
        const uint32_t* rows;
        Failures& target;
      } by_row(rows, failures);
      each_row(count, by_row, [&](size_t i) {
        int64_t there;
        std::memcpy(&there, places[i], sizeof there);
        S state = there == 0 ? next.init(in, rows[i]) : [&] {
          alignas(S) char bytes[sizeof(S)];
          std::memcpy(bytes, places[i] + 8, sizeof(S));
          return *reinterpret_cast<const S*>(bytes);
        }();
        next.step(in, rows[i], state, there == 0);
        constexpr int64_t kThere = 1;
        std::memcpy(places[i] + 8, &state, sizeof(S));
        std::memcpy(places[i], &kThere, sizeof kThere);
      });
    };
  } else {
    functions.any_size = [next](const RowsIn& in, uint32_t row, const std::string_view* before,
                                std::string& after, Failures& failures) {
      bool done = false;
      try {
        S state = before == nullptr ? next.init(in, row) : Trait<S>::decode(*before);
        next.step(in, row, state, before == nullptr);
        after = Trait<S>::encode(state);
        done = true;
      } catch (const std::exception& e) {
        failures.fail(row, e.what());
      } catch (...) {
        failures.fail(row, "the function threw something that is not a std::exception");
      }
      return done;
    };
  }
  return functions;
}

/// aggregate(init, f): f(key, value, state) gives the new state, or changes it where it is.
template <class K, class V, class S, class Init, class F>
struct AggregateNext {
  Init make;
  F f;
  S init(const RowsIn&, size_t) const {
    if constexpr (std::is_invocable_v<const Init&>)
      return S(make());
    else
      return make;
  }
  void step(const RowsIn& in, size_t row, S& state, bool) const {
    decltype(auto) key = KeyOf<K>::load(in, row);
    decltype(auto) value = in.value.load<V>(row);
    if constexpr (std::is_invocable_v<const F&, decltype(key)&, decltype(value)&, S&>) {
      if constexpr (std::is_void_v<
                        std::invoke_result_t<const F&, decltype(key)&, decltype(value)&, S&>>)
        f(key, value, state);
      else
        state = S(f(key, value, state));
    } else {
      state = S(f(key, value, std::move(state)));
    }
  }
};

/// reduce(f): the first value is the state, then f(state, value).
template <class V, class F>
struct ReduceNext {
  F f;
  V init(const RowsIn& in, size_t row) const { return V(in.value.load<V>(row)); }
  void step(const RowsIn& in, size_t row, V& state, bool first) const {
    if (!first) state = V(f(std::as_const(state), in.value.load<V>(row)));
  }
};

}  // namespace leat::streams
