#include "state/snapshot_reader.h"

#include <algorithm>

#include "state/row_reader.h"
#include "state/snapshot_files.h"

namespace leat::state {
namespace {

Result<std::string> read_range(io::File& file, uint64_t offset, uint64_t size) {
  std::string bytes(size, '\0');
  LEAT_TRY(const size_t n, file.read_at(offset, bytes.data(), size));
  bytes.resize(n);
  return bytes;
}

}  // namespace

Error SnapshotReader::named(Error error) const {
  return std::move(error).with_context("snapshot " + path_);
}

Result<SnapshotReader> SnapshotReader::open(io::Disk& disk, const std::string& path,
                                            std::optional<std::string_view> application) {
  SnapshotReader reader;
  reader.path_ = path;
  LEAT_TRY(reader.file_, disk.open(path, io::OpenMode::read));
  LEAT_TRY(const uint64_t file_size, reader.file_->size());
  const uint64_t head = std::min<uint64_t>(file_size, kSnapshotHeaderBytesMax + 64);
  LEAT_TRY(const std::string begin, read_range(*reader.file_, 0, head));
  size_t header_size = 0;
  auto header = decode_header(begin, header_size);
  if (!header) return reader.named(std::move(header).error());
  reader.header_ = *std::move(header);
  const uint64_t tail = std::min<uint64_t>(file_size, kSnapshotTrailerBytes);
  LEAT_TRY(const std::string end, read_range(*reader.file_, file_size - tail, tail));
  auto trailer = decode_trailer(end, file_size);
  if (!trailer) return reader.named(std::move(trailer).error());
  LEAT_TRY(const std::string bytes,
           read_range(*reader.file_, trailer->footer_offset, trailer->footer_size));
  auto footer = decode_footer(bytes, *trailer, header_size, reader.header_.first_epoch);
  if (!footer) return reader.named(std::move(footer).error());
  reader.footer_ = *std::move(footer);
  if (application && reader.header_.application != *application)
    return reader.named(Error(ErrorCode::conflict,
                              "it belongs to another application: " + reader.header_.application));
  return reader;
}

Result<ByteView> SnapshotReader::read_block(const SnapshotBlock& block, std::string& buffer) const {
  if (buffer.size() < block.size) buffer.resize(block.size);
  LEAT_TRY(const size_t n, file_->read_at(block.offset, buffer.data(), block.size));
  if (n != block.size)
    return named(
        Error(ErrorCode::corruption, "block is cut short: offset " + std::to_string(block.offset)));
  auto rows = open_block({buffer.data(), n}, block, header_.first_epoch);
  if (!rows) return named(std::move(rows).error());
  return *rows;
}

Status SnapshotReader::load(std::string_view store, KeyedTable& table) const {
  const auto& stores = footer_.stores;
  const auto it =
      std::find_if(stores.begin(), stores.end(), [&](const auto& s) { return s.name == store; });
  if (it == stores.end()) return {};
  table.reserve(it->rows);
  std::string buffer;
  for (const SnapshotBlock& block : footer_.blocks) {
    if (block.store != static_cast<uint32_t>(it - stores.begin())) continue;
    LEAT_TRY(const ByteView rows, read_block(block, buffer));
    Status loaded = load_rows(rows, block.rows, table);
    if (!loaded) return named(std::move(loaded).error().with_context("store " + it->name));
  }
  return {};
}

Status SnapshotReader::load(StateStores& stores) const {
  stores.clear();
  for (const auto& [name, table] : stores.all()) LEAT_CHECK(load(name, *table));
  return {};
}

Status SnapshotReader::verify() const {
  std::string buffer;
  for (const SnapshotBlock& block : footer_.blocks) LEAT_CHECK(read_block(block, buffer));
  return {};
}

Result<Restored> restore_newest(io::Disk& disk, const std::string& directory,
                                const std::string& application, EpochId durable,
                                const std::function<Status(const SnapshotReader&)>& load) {
  Restored restored;
  LEAT_TRY(const std::vector<SnapshotFile> files, list_snapshots(disk, directory, application));
  for (const SnapshotFile& file : files) {
    auto reader = SnapshotReader::open(disk, file.path, application);
    Status loaded;
    if (!reader) {
      loaded = std::move(reader).error();
    } else if (reader->last_epoch() > durable) {
      loaded = Error(ErrorCode::corruption,
                     "snapshot holds epochs that the log does not know: " + file.path);
    } else {
      loaded = load(*reader);
    }
    if (loaded) {
      // NOLINTNEXTLINE(bugprone-use-after-move): only its error was taken, and there was none
      restored.first_epoch = reader->first_epoch();
      restored.last_epoch = reader->last_epoch();
      restored.path = file.path;
      return restored;
    }
    if (loaded.error().code() != ErrorCode::corruption) return std::move(loaded).error();
    restored.passed_over.push_back(std::move(loaded).error());
  }
  if (restored.passed_over.empty()) return restored;
  return std::move(restored.passed_over.front())
      .with_hint("No older snapshot is whole either; restore the data directory from a backup.");
}

}  // namespace leat::state
