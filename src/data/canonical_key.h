#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "data/column.h"

namespace leat {

/// Canonical key bytes: what state is keyed by. Equal values have equal bytes, and comparing bytes
/// (memcmp, the shorter first) compares values, column by column, nulls first. Each column is
///   0x00                             null
///   0x01, then the value:
///     BOOLEAN            1 byte, 0 or 1
///     INTEGER            4 bytes big-endian, sign bit flipped
///     BIGINT, TIMESTAMP  8 bytes big-endian, sign bit flipped
///     DOUBLE             8 bytes big-endian; sign bit flipped if positive, all bits if negative;
///                        -0.0 is written as 0.0, every NaN as one that is above infinity
///     DECIMAL            16 bytes big-endian unscaled value, sign bit flipped (the scale is the
///                        column type's)
///     STRING, BYTES, opaque  the bytes with 0x00 as 0x00 0xff, then 0x00 0x01. UTF-8: code points
///                        compare
/// These bytes are kept on disk; they never decide a record's partition (that is the topic format).

/// Appends one value. Cost: a copy.
void append_canonical(std::string& out, const Column& column, size_t row);

/// Writes the keys of rows [0, rows), of the given columns in order, to `arena`; out[i] becomes the
/// key of row i. Behind each key `spare` bytes are the caller's, who may make it longer by them.
/// Cost: about 6 ns a row for one BIGINT or one short STRING column.
void canonical_keys(std::span<const Column* const> columns, size_t rows, Arena& arena,
                    std::vector<ByteView>& out, size_t spare = 0);

/// Appends the values of one key as a row to `out` (one column per type, of that type; made if
/// `out` is empty). Strings refer to `key` where they stand there verbatim, else to `arena`.
/// Errors: invalid_data, `out` as before.
Status decode_canonical(ByteView key, std::span<const Type> types, Arena& arena,
                        std::vector<Column>& out);

}  // namespace leat
