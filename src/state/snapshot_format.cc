#include "state/snapshot_format.h"

#include "base/crc32c.h"
#include "base/varint.h"

namespace leat::state {
namespace {

constexpr ByteView kHeaderMagic = "LEATSNAP";
constexpr ByteView kTrailerMagic = "LEATSEND";
constexpr uint32_t kVersion = 2;
constexpr size_t kHeaderFixedBytes = 8 + 4 + 4 + 8;  // magic, version, application size, E0

Error damaged(std::string what) { return Error(ErrorCode::corruption, std::move(what)); }

// Where a part stands and in which snapshot: the beginning of its checksum.
uint32_t place_crc(EpochId snapshot, uint64_t offset) {
  char place[16];
  store_le(place, snapshot.value);
  store_le(place + 8, offset);
  return crc32c({place, sizeof place});
}

}  // namespace

std::string encode_header(const SnapshotHeader& header) {
  std::string out(kHeaderMagic);
  append_le(out, kVersion);
  append_le(out, static_cast<uint32_t>(header.application.size()));
  append_le(out, header.first_epoch.value);
  out += header.application;
  append_le(out, crc32c(out));
  return out;
}

Result<SnapshotHeader> decode_header(ByteView bytes, size_t& size) {
  if (bytes.size() < kHeaderFixedBytes + 4 || !bytes.starts_with(kHeaderMagic))
    return damaged("snapshot does not begin as one");
  const auto version = load_le<uint32_t>(bytes.data() + 8);
  const auto name_size = load_le<uint32_t>(bytes.data() + 12);
  if (name_size > kSnapshotHeaderBytesMax || kHeaderFixedBytes + name_size + 4 > bytes.size())
    return damaged("snapshot header does not fit: application name of " +
                   std::to_string(name_size) + " bytes");
  const size_t end = kHeaderFixedBytes + name_size;
  if (crc32c(bytes.substr(0, end)) != load_le<uint32_t>(bytes.data() + end))
    return damaged("snapshot header fails its checksum");
  if (version != kVersion)
    return Error(ErrorCode::unsupported,
                 "snapshot of an unknown version: " + std::to_string(version))
        .with_hint("It was written by another version of leat; use that one.");
  size = end + 4;
  return SnapshotHeader{std::string(bytes.substr(kHeaderFixedBytes, name_size)),
                        EpochId(load_le<uint64_t>(bytes.data() + 16))};
}

void seal_block(std::string& block, const SnapshotBlock& is, EpochId snapshot) {
  store_le(block.data() + 4, is.size);
  store_le(block.data() + 8, is.store);
  store_le(block.data() + 12, is.rows);
  store_le(block.data(), crc32c(ByteView(block).substr(4), place_crc(snapshot, is.offset)));
}

Result<ByteView> open_block(ByteView block, const SnapshotBlock& should_be, EpochId snapshot) {
  const uint32_t crc = crc32c(block.substr(4), place_crc(snapshot, should_be.offset));
  if (crc != load_le<uint32_t>(block.data()))
    return damaged("snapshot block fails its checksum: offset " + std::to_string(should_be.offset));
  if (load_le<uint32_t>(block.data() + 4) != should_be.size ||
      load_le<uint32_t>(block.data() + 8) != should_be.store ||
      load_le<uint32_t>(block.data() + 12) != should_be.rows)
    return damaged("snapshot block is not the one that the footer names: offset " +
                   std::to_string(should_be.offset));
  return block.substr(kSnapshotBlockHeaderBytes);
}

std::string encode_footer(const SnapshotFooter& footer, uint64_t offset, EpochId snapshot) {
  std::string out;
  append_le(out, footer.last_epoch.value);
  append_varint(out, footer.stores.size());
  for (const auto& store : footer.stores) {
    append_sized(out, store.name);
    append_varint(out, store.rows);
  }
  append_varint(out, footer.blocks.size());
  for (const SnapshotBlock& block : footer.blocks) {
    append_varint(out, block.size);
    append_varint(out, block.store);
    append_varint(out, block.rows);
  }
  const auto size = static_cast<uint32_t>(out.size());
  const uint32_t crc = crc32c(out, place_crc(snapshot, offset));
  append_le(out, offset);
  append_le(out, size);
  append_le(out, crc);
  out += kTrailerMagic;
  return out;
}

Result<SnapshotTrailer> decode_trailer(ByteView bytes, uint64_t file_size) {
  if (bytes.size() != kSnapshotTrailerBytes || !bytes.ends_with(kTrailerMagic))
    return damaged("snapshot does not end as one");
  const SnapshotTrailer trailer{load_le<uint64_t>(bytes.data()),
                                load_le<uint32_t>(bytes.data() + 8),
                                load_le<uint32_t>(bytes.data() + 12)};
  if (trailer.footer_offset > file_size ||
      file_size - trailer.footer_offset != trailer.footer_size + kSnapshotTrailerBytes)
    return damaged("snapshot trailer names a footer that does not end at it");
  return trailer;
}

namespace {

bool read_stores(ByteReader& in, SnapshotFooter& footer) {
  uint64_t n = 0;
  if (!in.read_varint(n) || n > in.left()) return false;
  footer.stores.resize(n);
  for (auto& store : footer.stores) {
    ByteView name;
    if (!in.read_sized(name) || !in.read_varint(store.rows)) return false;
    store.name = name;
  }
  return true;
}

bool read_blocks(ByteReader& in, uint64_t offset, uint64_t end, SnapshotFooter& footer) {
  uint64_t n = 0;
  if (!in.read_varint(n) || n > in.left()) return false;
  footer.blocks.resize(n);
  for (SnapshotBlock& block : footer.blocks) {
    uint64_t size = 0;
    uint64_t store = 0;
    uint64_t rows = 0;
    if (!in.read_varint(size) || !in.read_varint(store) || !in.read_varint(rows)) return false;
    if (size < kSnapshotBlockHeaderBytes || size > end - offset || store >= footer.stores.size() ||
        rows > size)
      return false;
    block = {offset, static_cast<uint32_t>(size), static_cast<uint32_t>(store),
             static_cast<uint32_t>(rows)};
    offset += size;
  }
  return offset == end;
}

}  // namespace

Result<SnapshotFooter> decode_footer(ByteView bytes, const SnapshotTrailer& trailer,
                                     uint64_t rows_begin, EpochId snapshot) {
  if (crc32c(bytes, place_crc(snapshot, trailer.footer_offset)) != trailer.footer_crc)
    return damaged("snapshot footer fails its checksum");
  SnapshotFooter footer;
  ByteReader in(bytes);
  if (trailer.footer_offset < rows_begin || !in.read_le(footer.last_epoch.value) ||
      !read_stores(in, footer) || !read_blocks(in, rows_begin, trailer.footer_offset, footer) ||
      !in.done())
    return damaged("snapshot footer does not have the form it should have");
  return footer;
}

}  // namespace leat::state
