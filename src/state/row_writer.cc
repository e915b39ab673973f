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

inline char* pack_two(__m128i words, uint64_t* before, char* masks, char* p) {
  auto* kept = reinterpret_cast<__m128i*>(before);
  const __m128i differ = _mm_xor_si128(words, _mm_load_si128(kept));
  _mm_store_si128(kept, words);
  return pack_words(differ, p, masks);
}
inline char* pack_one(uint64_t word, uint64_t* before, char* masks, char* p) {
  const uint64_t differ = word ^ *before;
  *before = word;
  return pack_word(differ, p, *masks);
}
inline __m128i load_two(const char* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}
inline __m128i load_two(const char* from, uint64_t upper) {
  return _mm_set_epi64x(static_cast<int64_t>(upper), load_le<int64_t>(from));
}

// What differs from the row before of `size` bytes, which are kWords words: the last one is filled
// up with zeros. Words go two at a time.
template <size_t kWords>
[[gnu::always_inline]] inline char* pack_fixed(const char* from, size_t size,
                                               RowBefore::Words& before, char* masks, char* p) {
  static_assert(kWords >= 1 && kWords <= kRunWordsMax);
  const uint64_t last = size % 8 == 0 ? load_le<uint64_t>(from + size - 8) : load_last(from, size);
  if constexpr (kWords >= 3) p = pack_two(load_two(from), before.data(), masks, p);
  constexpr size_t kAt = kWords >= 3 ? 2 : 0;
  if constexpr (kWords - kAt == 2)
    return pack_two(load_two(from + 8 * kAt, last), &before[kAt], masks + kAt, p);
  else
    return pack_one(last, &before[kAt], masks + kAt, p);
}

// The same of any size up to kPackedMax.
char* pack(const char* from, size_t size, RowBefore::Words& before, char* masks, char* p) {
  size_t at = 0;
  for (; 8 * at + 8 <= size; ++at)
    p = pack_one(load_le<uint64_t>(from + 8 * at), &before[at], masks + at, p);
  if (8 * at < size) p = pack_one(load_last(from, size), &before[at], masks + at, p);
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

void RowWriter::flush() {
  const size_t rows = pending_;
  for (size_t at = 0; at < rows;) {
    const size_t first = at;
    const size_t row_bytes = keys_[at].size() + values_[at].size();
    write(keys_[at], values_[at]);
    ++at;
    if (at < rows && like_before(at)) {
      if (WriteRun run = run_of(before_.key_size, values_[at])) at = (this->*run)(at, rows);
    }
    unpacked_bytes_ += (at - first) * row_bytes;
  }
  written_ += rows;
  pending_ = 0;
}

bool RowWriter::like_before(size_t row) const {
  return keys_[row].size() == before_.key_size && mark_of(values_[row]) == before_.value_mark;
}

void RowWriter::write(ByteView key, ByteView value) {
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
size_t RowWriter::write_run(size_t at, size_t end) {
  const size_t key_size = before_.key_size;
  const size_t value_size = before_.value_mark - 1;
  char* p = bytes_.room((end - at) * (kRoomBesides + key_size + value_size));
  for (; at < end && like_before(at); ++at) {
    *p++ = 0;
    char* masks = p;
    p += KeyWords + ValueWords;
    p = pack_fixed<KeyWords>(keys_[at].data(), key_size, before_.key, masks, p);
    p = pack_fixed<ValueWords>(values_[at].data(), value_size, before_.value, masks + KeyWords, p);
  }
  bytes_.end_at(p);
  return at;
}

// nullptr: rows of these sizes are written one by one.
RowWriter::WriteRun RowWriter::run_of(size_t key_size, ByteView value) {
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
  const size_t key_words = words_of(key_size);
  const size_t value_words = words_of(value.size());
  if (key_words == 0 || key_words > kRunWordsMax) return nullptr;
  if (value_words == 0 || value_words > kRunWordsMax) return nullptr;
  return kRuns[key_words - 1][value_words - 1];
}

}  // namespace leat::state
