#include "state/row_reader.h"

#include <algorithm>
#include <array>

#include "base/arena.h"
#include "base/varint.h"
#include "state/packed_words.h"
#include "state/row_before.h"

namespace leat::state {
namespace {

constexpr size_t kBatch = 256;
constexpr size_t kWord = sizeof(uint64_t);

Error misshapen(size_t row) {
  return Error(ErrorCode::invalid_data,
               "state rows do not have the form they should have: row " + std::to_string(row));
}

/// Reads rows one after the other; their bytes are good until forget().
class RowReader {
 public:
  explicit RowReader(ByteView bytes) : p_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool read(ByteView& key, ByteView& value);
  void forget() { arena_.reset(); }
  size_t left() const { return static_cast<size_t>(end_ - p_); }

 private:
  bool read_sizes();
  bool read_words(size_t key_words, size_t value_words, char* key, char* value);
  void read_rest(char* part, size_t size);
  static const char* unpack(size_t words, const char* masks, const char* p,
                            RowBefore::Words& before, char* to);

  const char* p_;
  const char* end_;
  RowBefore before_;
  Arena arena_;
};

bool RowReader::read_sizes() {
  uint64_t shape = 0;
  p_ = get_varint(p_, end_, shape);
  if (!p_) return false;
  if (shape == 0) return before_.key_size != SIZE_MAX;
  uint64_t value_mark = 0;
  p_ = get_varint(p_, end_, value_mark);
  if (!p_ || shape - 1 > KeyedTable::kKeySizeMax || value_mark > KeyedTable::kValueSizeMax + 1)
    return false;
  before_.key_size = shape - 1;
  before_.value_mark = value_mark;
  return true;
}

const char* RowReader::unpack(size_t words, const char* masks, const char* p,
                              RowBefore::Words& before, char* to) {
  size_t i = 0;
  for (; i + 2 <= words; i += 2) {
    auto* kept = reinterpret_cast<__m128i*>(&before[i]);
    __m128i two;
    p = unpack_words(p, masks + i, two);
    two = _mm_xor_si128(two, _mm_load_si128(kept));
    _mm_store_si128(kept, two);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i * kWord), two);
  }
  if (i < words) {
    uint64_t word = 0;
    p = unpack_word(p, masks[i], word);
    before[i] ^= word;
    store_le(to + i * kWord, before[i]);
  }
  return p;
}

bool RowReader::read_words(size_t key_words, size_t value_words, char* key, char* value) {
  constexpr size_t kWordsMax = 2 * RowBefore::kPackedBytesMax / kWord;
  constexpr size_t kBytesMax = kWordsMax + kWordsMax * kWord + kWord;
  // Words are read whole: near the end from a copy with room behind it.
  std::array<char, kBytesMax> last;
  const char* from = p_;
  if (left() < kBytesMax) [[unlikely]] {
    last.fill(0);
    std::memcpy(last.data(), p_, left());
    from = last.data();
  }
  const char* p = from + key_words + value_words;
  p = unpack(key_words, from, p, before_.key, key);
  p = unpack(value_words, from + key_words, p, before_.value, value);
  const auto taken = static_cast<size_t>(p - from);
  if (taken > left()) return false;
  p_ += taken;
  return true;
}

void RowReader::read_rest(char* part, size_t size) {
  if (size <= RowBefore::kPackedBytesMax) return;
  const size_t rest = size - RowBefore::kPackedBytesMax;
  std::memcpy(part + RowBefore::kPackedBytesMax, p_, rest);
  p_ += rest;
}

bool RowReader::read(ByteView& key, ByteView& value) {
  if (!read_sizes()) return false;
  const size_t key_size = before_.key_size;
  const size_t value_size = before_.value_mark > 0 ? before_.value_mark - 1 : 0;
  const size_t key_packed = std::min(key_size, RowBefore::kPackedBytesMax);
  const size_t value_packed = std::min(value_size, RowBefore::kPackedBytesMax);
  // Before room is made: what is not packed stands there byte by byte.
  const size_t rest = key_size - key_packed + value_size - value_packed;
  if (rest > left()) return false;
  // Words are written whole, too.
  char* key_bytes = arena_.allocate(words_of(key_size) * kWord + words_of(value_size) * kWord);
  char* value_bytes = key_bytes + words_of(key_size) * kWord;
  if (!read_words(words_of(key_packed), words_of(value_packed), key_bytes, value_bytes))
    return false;
  if (rest > 0) {
    if (rest > left()) return false;
    read_rest(key_bytes, key_size);
    read_rest(value_bytes, value_size);
  }
  key = {key_bytes, key_size};
  value = before_.value_mark > 0 ? ByteView(value_bytes, value_size) : ByteView();
  return true;
}

}  // namespace

Status load_rows(ByteView bytes, size_t count, KeyedTable& table) {
  std::array<ByteView, kBatch> keys;
  std::array<ByteView, kBatch> values;
  const size_t key_size_min = table.options().key_suffix_time ? sizeof(int64_t) : 0;
  RowReader rows(bytes);
  for (size_t done = 0; done < count;) {
    const size_t n = std::min(kBatch, count - done);
    for (size_t i = 0; i < n; ++i)
      if (!rows.read(keys[i], values[i]) || keys[i].size() < key_size_min)
        return misshapen(done + i);
    table.load_batch(keys.data(), values.data(), n);
    rows.forget();
    done += n;
  }
  if (rows.left() > 0)
    return Error(ErrorCode::invalid_data, "state rows end before their bytes do: " +
                                              std::to_string(rows.left()) + " bytes are left");
  return {};
}

}  // namespace leat::state
