#include "state/row_writer.h"

#include <algorithm>

#include "base/short_bytes.h"
#include "base/varint.h"
#include "state/packed_words.h"

namespace leat::state {
namespace {

constexpr size_t kPackedMax = RowBefore::kPackedBytesMax;
// Besides a key and a value: their sizes, their masks, and what the last word writes too much.
constexpr size_t kRoomBesides = 2 * kVarintBytesMax + 2 * words_of(kPackedMax) + 2 * 8;
constexpr size_t kRunWordsMax = 4;

inline uint64_t mark_of(ByteView value) { return value.data() ? value.size() + 1 : 0; }

inline __m128i load_two(const char* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}
inline __m128i two(uint64_t low, uint64_t high) {
  return _mm_set_epi64x(static_cast<int64_t>(high), static_cast<int64_t>(low));
}

/// The keys, or the values, of rows that all have the same size of kWords words. Keeps those of the
/// row before in registers.
template <size_t kWords>
class Part {
 public:
  Part(size_t size, RowBefore::Words& before)
      : last_(size < 8 ? 0 : size - 8), shift_(8 * (8 * kWords - size)), size_(size) {
    for (size_t i = 0; i < kPairs; ++i) before_[i] = two(before[2 * i], before[2 * i + 1]);
  }
  void put_back(RowBefore::Words& before) const {
    for (size_t i = 0; i < kPairs; ++i)
      _mm_store_si128(reinterpret_cast<__m128i*>(&before[2 * i]), before_[i]);
  }
  /// What differs from the row before; the last word is filled up with zeros.
  char* pack(const char* from, char* masks, char* p) {
    const uint64_t last = kWords > 1 || size_ >= 8 ? load_le<uint64_t>(from + last_) >> shift_
                                                   : load_last(from, size_);
    if constexpr (kWords >= 3) p = pack_words(differ(load_two(from), before_[0]), p, masks);
    if constexpr (kWords % 2 == 0)
      return pack_words(differ(two(load_le<uint64_t>(from + kLastPair), last), before_[kPairs - 1]),
                        p, masks + kLastPair / 8);
    else
      return pack_odd(last, p, masks[kWords - 1]);
  }

 private:
  static constexpr size_t kPairs = (kWords + 1) / 2;
  static constexpr size_t kLastPair = 16 * (kPairs - 1);  // its place among the bytes
  static_assert(kWords >= 1 && kWords <= kRunWordsMax);

  static __m128i differ(__m128i words, __m128i& before) {
    const __m128i result = _mm_xor_si128(words, before);
    before = words;
    return result;
  }
  // The upper half of the last pair stays as it is.
  char* pack_odd(uint64_t word, char* p, char& mask) {
    __m128i& before = before_[kPairs - 1];
    const auto was = static_cast<uint64_t>(_mm_cvtsi128_si64(before));
    before = _mm_insert_epi64(before, static_cast<int64_t>(word), 0);
    return pack_word(word ^ was, p, mask);
  }

  __m128i before_[kPairs];
  size_t last_;
  size_t shift_;
  size_t size_;
};

// The same of any size up to kPackedMax, of one row.
char* pack(const char* from, size_t size, RowBefore::Words& before, char* masks, char* p) {
  for (size_t at = 0; 8 * at < size; ++at) {
    const uint64_t word =
        8 * at + 8 <= size ? load_le<uint64_t>(from + 8 * at) : load_last(from, size);
    p = pack_word(word ^ before[at], p, masks[at]);
    before[at] = word;
  }
  return p;
}

}  // namespace

void RowWriter::begin(size_t header_bytes) {
  pending_ = 0;
  written_ = 0;
  unpacked_bytes_ = 0;
  bytes_.clear();
  bytes_.end_at(bytes_.room(header_bytes) + header_bytes);
  before_ = {};
}

Blob RowWriter::lend() {
  flush();
  return bytes_.lend();
}

void RowWriter::write_rows(const ByteView* keys, const ByteView* values, size_t n) {
  for (size_t at = 0; at < n;) {
    const size_t first = at;
    const size_t row_bytes = keys[at].size() + values[at].size();
    write_row(keys[at], values[at]);
    ++at;
    if (WriteRun run = run_like_before()) at += (this->*run)(keys + at, values + at, n - at);
    unpacked_bytes_ += (at - first) * row_bytes;
  }
  written_ += n;
}

void RowWriter::write_row(ByteView key, ByteView value) {
  char* p = bytes_.room(kRoomBesides + key.size() + value.size());
  const uint64_t value_mark = mark_of(value);
  if (key.size() == before_.key_size && value_mark == before_.value_mark) {
    *p++ = 0;
  } else {
    p = put_varint(put_varint(p, key.size() + 1), value_mark);
    before_.key_size = key.size();
    before_.value_mark = value_mark;
  }
  const size_t key_packed = std::min(key.size(), kPackedMax);
  const size_t value_packed = std::min(value.size(), kPackedMax);
  char* key_masks = p;
  char* value_masks = p + words_of(key_packed);
  p = value_masks + words_of(value_packed);
  p = pack(key.data(), key_packed, before_.key, key_masks, p);
  p = pack(value.data(), value_packed, before_.value, value_masks, p);
  for (const ByteView rest : {key.substr(key_packed), value.substr(value_packed)}) {
    if (rest.empty()) continue;
    std::memcpy(p, rest.data(), rest.size());
    p += rest.size();
  }
  bytes_.end_at(p);
}

template <size_t KeyWords, size_t ValueWords>
size_t RowWriter::write_run(const ByteView* keys, const ByteView* values, size_t n) {
  const size_t key_size = before_.key_size;
  const size_t value_size = before_.value_mark - 1;
  Part<KeyWords> key_part(key_size, before_.key);
  Part<ValueWords> value_part(value_size, before_.value);
  char* p = bytes_.room(n * (kRoomBesides + key_size + value_size));
  size_t i = 0;
  for (; i < n && keys[i].size() == key_size && values[i].size() == value_size; ++i) {
    *p++ = 0;
    char* masks = p;
    p = key_part.pack(keys[i].data(), masks, p + KeyWords + ValueWords);
    p = value_part.pack(values[i].data(), masks + KeyWords, p);
  }
  bytes_.end_at(p);
  key_part.put_back(before_.key);
  value_part.put_back(before_.value);
  return i;
}

RowWriter::WriteRun RowWriter::run_like_before() const {
  static constexpr WriteRun kRuns[kRunWordsMax][kRunWordsMax] = {
      {&RowWriter::write_run<1, 1>, &RowWriter::write_run<1, 2>, &RowWriter::write_run<1, 3>,
       &RowWriter::write_run<1, 4>},
      {&RowWriter::write_run<2, 1>, &RowWriter::write_run<2, 2>, &RowWriter::write_run<2, 3>,
       &RowWriter::write_run<2, 4>},
      {&RowWriter::write_run<3, 1>, &RowWriter::write_run<3, 2>, &RowWriter::write_run<3, 3>,
       &RowWriter::write_run<3, 4>},
      {&RowWriter::write_run<4, 1>, &RowWriter::write_run<4, 2>, &RowWriter::write_run<4, 3>,
       &RowWriter::write_run<4, 4>},
  };
  const size_t key_words = words_of(before_.key_size);
  const size_t value_words = before_.value_mark > 0 ? words_of(before_.value_mark - 1) : 0;
  if (key_words == 0 || key_words > kRunWordsMax) return nullptr;
  if (value_words == 0 || value_words > kRunWordsMax) return nullptr;
  return kRuns[key_words - 1][value_words - 1];
}

}  // namespace leat::state
