#pragma once
#include <cstdint>
#include <vector>

#include "data/batch.h"
#include "data/format.h"

namespace leat::exec {

/// Moves of whole rows between batches. Bytes of strings are not copied: the result is good as long
/// as what it was made from.

/// Makes `to` hold the rows of `from` named by `rows`, in that order.
void gather_rows(const Batch& from, const std::vector<uint32_t>& rows, Batch& to);
/// Appends rows [begin, end) of `from` to `to`, which has the same columns (or is empty).
void append_rows(const Batch& from, size_t begin, size_t end, Batch& to);
/// Moves all of the rows but their columns (and old values) from `from` to `to`.
void take_coordinates(Batch& from, Batch& to);
/// Copies the bytes that `batch` refers to into its own arena.
void own_bytes(Batch& batch);

/// About how many bytes the rows are when they are written out: what matters is when strings are
/// long.
size_t bytes_of(const Batch& batch);

/// Gives an empty `batch` columns of these fields (which may have been handed on with the rows of
/// the batch before).
void shape(Batch& batch, BatchKind kind, const Schema& schema);

/// The rows of [0, rows) that `errors` (ascending) does not name.
std::vector<uint32_t> rows_without(size_t rows, const RowErrors& errors);

/// Row i is 1 if any of the columns is not null: the record had a key. Returns whether all are.
bool mark_present(const std::vector<Column>& columns, size_t first, size_t count, size_t rows,
                  std::vector<uint8_t>& present);

}  // namespace leat::exec
