#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/strong.h"

namespace leat::state {

// The parts of a snapshot file, encoded and decoded (docs/formats/state.md). Each carries a
// CRC-32C that also covers where it stands and in which snapshot, so that a part of another
// snapshot or from another place is not taken for it.

/// What stands at the beginning.
struct SnapshotHeader {
  std::string application;
  EpochId first_epoch;  // E0: copying began after this epoch; deltas from E0 + 1 on go on top
};

/// One run of rows of one store.
struct SnapshotBlock {
  uint64_t offset = 0;  // of its header in the file
  uint32_t size = 0;    // with its header
  uint32_t store = 0;   // index into SnapshotFooter::stores
  uint32_t rows = 0;
};

/// What stands at the end.
struct SnapshotFooter {
  struct Store {
    std::string name;
    uint64_t rows = 0;
  };
  EpochId last_epoch;  // the last epoch of which the rows may hold something
  std::vector<Store> stores;
  std::vector<SnapshotBlock> blocks;  // without gaps from the header to the footer
};

inline constexpr size_t kSnapshotBlockHeaderBytes = 16;
inline constexpr size_t kSnapshotTrailerBytes = 24;
inline constexpr size_t kSnapshotHeaderBytesMax = 64 * 1024;

std::string encode_header(const SnapshotHeader& header);
/// Reads the header from the beginning of `bytes` and sets `size` to the bytes it takes.
Result<SnapshotHeader> decode_header(ByteView bytes, size_t& size);

/// Fills in the header of a block: the first kSnapshotBlockHeaderBytes of `block`, whose rows are
/// there already.
void seal_block(std::string& block, const SnapshotBlock& is, EpochId snapshot);
/// Checks a block read from the file against what the footer says of it and returns its rows.
Result<ByteView> open_block(ByteView block, const SnapshotBlock& should_be, EpochId snapshot);

/// Footer and trailer, for `offset` in the file.
std::string encode_footer(const SnapshotFooter& footer, uint64_t offset, EpochId snapshot);
struct SnapshotTrailer {
  uint64_t footer_offset = 0;
  uint32_t footer_size = 0;
  uint32_t footer_crc = 0;
};
/// `bytes` are the last kSnapshotTrailerBytes of a file of `file_size` bytes.
Result<SnapshotTrailer> decode_trailer(ByteView bytes, uint64_t file_size);
/// `bytes` are those that the trailer names; `rows_begin` is where the header ended.
Result<SnapshotFooter> decode_footer(ByteView bytes, const SnapshotTrailer& trailer,
                                     uint64_t rows_begin, EpochId snapshot);

}  // namespace leat::state
