#pragma once
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace leat {

/// What goes wrong in a topology, an application or a test driver: a message, what to do next, and
/// the stable name of the kind of failure (docs/errors.md), as "not-found".
class StreamsError : public std::runtime_error {
 public:
  StreamsError(std::string code, const std::string& message, std::string hint = {})
      : std::runtime_error(message), code_(std::move(code)), hint_(std::move(hint)) {}
  const std::string& code() const { return code_; }
  const std::string& hint() const { return hint_; }

 private:
  std::string code_;
  std::string hint_;
};

/// Bytes that are not text.
class Bytes : public std::string {
 public:
  using std::string::string;
  explicit Bytes(std::string_view bytes) : std::string(bytes) {}
};

/// What a lambda is handed where the type is std::string (or Bytes): a view, good during the call.
/// A parameter of type std::string gets a copy; auto and std::string_view cost nothing.
class Text : public std::string_view {
 public:
  Text() = default;
  explicit Text(std::string_view text) : std::string_view(text) {}
  operator std::string() const {  // NOLINT(google-explicit-constructor)
    return std::string(std::string_view(*this));
  }
};
class BytesView : public std::string_view {
 public:
  BytesView() = default;
  explicit BytesView(std::string_view bytes) : std::string_view(bytes) {}
  operator Bytes() const {  // NOLINT(google-explicit-constructor)
    return Bytes(std::string_view(*this));
  }
};

/// The key of a stream whose records have none that matters.
struct NoKey {};

/// A key in a window: [start, end), milliseconds.
template <class K>
struct Windowed {
  K key;
  int64_t start = 0;
  int64_t end = 0;
  friend bool operator==(const Windowed&, const Windowed&) = default;
};

/// How a type becomes bytes, for types that the engine does not know: specialise it with
///   static std::string encode(const T&);
///   static T decode(std::string_view);          // throws for bytes that are not a T
/// and, for state that outlives a renaming of the type,
///   static constexpr std::string_view name;     // what state is known by; default: the C++ name
///   static constexpr uint64_t version;          // raise it when the form of the bytes changes
/// JSON values are such a codec. A trivially copyable struct needs none: its bytes are the value.
template <class T>
struct Codec;

template <class T>
concept HasCodec = requires(const T& value, std::string_view bytes) {
  { Codec<T>::encode(value) } -> std::convertible_to<std::string>;
  { Codec<T>::decode(bytes) } -> std::convertible_to<T>;
};

/// A struct that is held and written as it lies in memory.
template <class T>
concept FixedLayout = std::is_class_v<T> && std::is_trivially_copyable_v<T> && !HasCodec<T> &&
                      !std::is_same_v<T, NoKey> && !std::is_convertible_v<T, std::string_view>;

/// What the engine has to know of types. Not for users.
namespace streams {

enum class Kind : uint8_t { none, int32, int64, float64, text, bytes, fixed, encoded };

struct TypeInfo {
  Kind kind = Kind::none;
  std::string_view name;
  uint64_t version = 0;
  size_t size = 0;  // of a fixed layout
};

/// The C++ name, as the compiler writes it.
template <class T>
constexpr std::string_view type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  const size_t begin = text.find("T = ") + 4;
  return text.substr(begin, text.find_first_of(";]", begin) - begin);
}

/// A type as it stands in streams: numbers by their width, whatever reads as text as std::string.
template <class T>
struct Plain {
  using type = T;
};
template <std::integral T>
requires(!std::same_as<T, bool>) struct Plain<T> {
  using type = std::conditional_t<sizeof(T) == 8 || (sizeof(T) == 4 && std::is_unsigned_v<T>),
                                  int64_t, int32_t>;
};
template <std::floating_point T>
struct Plain<T> {
  using type = double;
};
template <class T>
requires(std::is_convertible_v<T, std::string_view> && !HasCodec<T> && !std::is_same_v<T, Bytes> &&
         !std::is_same_v<T, BytesView>) struct Plain<T> {
  using type = std::string;
};
template <>
struct Plain<BytesView> {
  using type = Bytes;
};
template <class T>
using plain_t = typename Plain<std::decay_t<T>>::type;

/// Per type: what stands in a column's array (Cell), what lambdas are handed (load), and the form
/// in records (encode, decode: what Kafka's own serializers write).
template <class T>
struct Trait {
  static_assert(sizeof(T) == 0,
                "this type cannot be a key or value of a stream: use an integer, double, "
                "std::string, leat::Bytes, a trivially copyable struct, or specialise leat::Codec");
};

template <class Int>
Int read_big_endian(std::string_view bytes) {
  if (bytes.size() != sizeof(Int))
    throw StreamsError("invalid-data", "a number of " + std::to_string(sizeof(Int)) +
                                           " bytes has " + std::to_string(bytes.size()));
  Int value = 0;
  for (char byte : bytes) value = static_cast<Int>(value << 8 | static_cast<unsigned char>(byte));
  return value;
}
template <class Int>
std::string write_big_endian(Int value) {
  std::string out(sizeof(Int), '\0');
  for (size_t i = sizeof(Int); i-- > 0; value = static_cast<Int>(value >> 8))
    out[i] = static_cast<char>(value & 0xff);
  return out;
}

template <class T, class Unsigned, Kind kKind>
struct NumberTrait {
  using Cell = T;
  static constexpr TypeInfo kInfo{kKind, {}, 0, 0};
  static T load(Cell cell) { return cell; }
  static std::string encode(T value) {
    Unsigned bits;
    std::memcpy(&bits, &value, sizeof bits);
    return write_big_endian(bits);
  }
  static T decode(std::string_view bytes) {
    const auto bits = read_big_endian<Unsigned>(bytes);
    T value;
    std::memcpy(&value, &bits, sizeof bits);
    return value;
  }
};
template <>
struct Trait<int32_t> : NumberTrait<int32_t, uint32_t, Kind::int32> {};
template <>
struct Trait<int64_t> : NumberTrait<int64_t, uint64_t, Kind::int64> {};
template <>
struct Trait<double> : NumberTrait<double, uint64_t, Kind::float64> {};

template <>
struct Trait<std::string> {
  using Cell = std::string_view;
  static constexpr TypeInfo kInfo{Kind::text, {}, 0, 0};
  static Text load(Cell cell) { return Text(cell); }
  static std::string encode(std::string_view value) { return std::string(value); }
  static std::string decode(std::string_view bytes) { return std::string(bytes); }
};
template <>
struct Trait<Bytes> {
  using Cell = std::string_view;
  static constexpr TypeInfo kInfo{Kind::bytes, {}, 0, 0};
  static BytesView load(Cell cell) { return BytesView(cell); }
  static std::string encode(std::string_view value) { return std::string(value); }
  static Bytes decode(std::string_view bytes) { return Bytes(bytes); }
};
template <>
struct Trait<NoKey> {
  using Cell = std::string_view;
  static constexpr TypeInfo kInfo{};
  static NoKey load(Cell) { return {}; }
  static std::string encode(NoKey) { return {}; }
  static NoKey decode(std::string_view) { return {}; }
};

template <FixedLayout T>
struct Trait<T> {
  static_assert(alignof(T) <= 16, "a struct of a stream is aligned to 16 bytes at most");
  using Cell = std::string_view;
  static constexpr TypeInfo kInfo{Kind::fixed, type_name<T>(), 0, sizeof(T)};
  static const T& load(Cell cell) { return *reinterpret_cast<const T*>(cell.data()); }
  static std::string encode(const T& value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  static T decode(std::string_view bytes) {
    if (bytes.size() != sizeof(T))
      throw StreamsError("invalid-data", "a struct of " + std::to_string(sizeof(T)) +
                                             " bytes has " + std::to_string(bytes.size()));
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
};

template <HasCodec T>
struct Trait<T> {
  using Cell = std::string_view;
  static constexpr std::string_view name() {
    if constexpr (requires { Codec<T>::name; })
      return Codec<T>::name;
    else
      return type_name<T>();
  }
  static constexpr uint64_t version() {
    if constexpr (requires { Codec<T>::version; })
      return Codec<T>::version;
    else
      return 0;
  }
  static constexpr TypeInfo kInfo{Kind::encoded, name(), version(), 0};
  static T load(Cell cell) { return Codec<T>::decode(cell); }
  static std::string encode(const T& value) { return Codec<T>::encode(value); }
  static T decode(std::string_view bytes) { return Codec<T>::decode(bytes); }
};

/// Whether values are views into bytes that stand elsewhere.
template <class T>
inline constexpr bool kIsView = std::is_same_v<typename Trait<T>::Cell, std::string_view>;

}  // namespace streams
}  // namespace leat
