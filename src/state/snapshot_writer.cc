#include "state/snapshot_writer.h"

#include "base/assert.h"
#include "state/snapshot_files.h"

namespace leat::state {
namespace {

// Readers take a block at once and hold it in memory.
constexpr size_t kBlockRowsBytesMax = 1u << 30;
constexpr size_t kSnapshotsKept = 2;

// Of this application; another one's are none of our business.
Status remove_unpublished(io::Disk& disk, const std::string& directory,
                          const std::string& application) {
  LEAT_TRY(const std::vector<SnapshotFile> files,
           list_snapshots(disk, directory, application, kSnapshotUnpublishedSuffix));
  for (const SnapshotFile& file : files) LEAT_CHECK(disk.remove(file.path));
  return {};
}

}  // namespace

std::string SnapshotWriter::path(std::string_view suffix) const {
  return directory_ + "/" + snapshot_name(application_, first_epoch_) + std::string(suffix);
}

Result<std::unique_ptr<SnapshotWriter>> SnapshotWriter::create(io::Disk& disk,
                                                               std::string directory,
                                                               const SnapshotHeader& header) {
  LEAT_CHECK(disk.create_directories(directory));
  LEAT_CHECK(remove_unpublished(disk, directory, header.application));
  std::unique_ptr<SnapshotWriter> writer(new SnapshotWriter(disk, std::move(directory), header));
  const std::string published = writer->path(kSnapshotSuffix);
  LEAT_TRY(const bool exists, disk.exists(published));
  if (exists)
    return Error(ErrorCode::already_exists, "there is a snapshot of this epoch: " + published);
  const std::string path = writer->path(kSnapshotUnpublishedSuffix);
  LEAT_TRY(writer->file_, disk.open(path, io::OpenMode::create_new));
  writer->open_path_ = path;
  const std::string begin = encode_header(header);
  LEAT_CHECK(writer->file_->write_at(0, begin));
  writer->offset_ = begin.size();
  return writer;
}

SnapshotWriter::~SnapshotWriter() {
  if (open_path_.empty()) return;
  file_.reset();
  // What cannot be removed now, the next writer removes.
  static_cast<void>(disk_.remove(open_path_));
}

uint32_t SnapshotWriter::store_index(const std::string& name) {
  const auto [it, is_new] = indexes_.emplace(name, static_cast<uint32_t>(indexes_.size()));
  if (is_new) footer_.stores.push_back({name, 0});
  return it->second;
}

Status SnapshotWriter::add(const SnapshotChunk& chunk) {
  if (chunk.rows.size() > kBlockRowsBytesMax)
    return Error(ErrorCode::resource_exhausted,
                 "a snapshot's chunk is too large: " + std::to_string(chunk.rows.size()) +
                     " bytes in store " + chunk.store);
  const uint32_t store = store_index(chunk.store);
  block_.assign(kSnapshotBlockHeaderBytes, '\0');
  block_ += ByteView(chunk.rows);
  const SnapshotBlock block{offset_, static_cast<uint32_t>(block_.size()), store, chunk.row_count};
  seal_block(block_, block, first_epoch_);
  LEAT_CHECK(file_->write_at(offset_, block_));
  offset_ += block_.size();
  footer_.blocks.push_back(block);
  footer_.stores[store].rows += chunk.row_count;
  return {};
}

Status SnapshotWriter::finish(EpochId last_epoch) {
  LEAT_ASSERT(last_epoch >= first_epoch_);
  footer_.last_epoch = last_epoch;
  const std::string end = encode_footer(footer_, offset_, first_epoch_);
  LEAT_CHECK(file_->write_at(offset_, end));
  offset_ += end.size();
  LEAT_CHECK(file_->sync_data());
  file_.reset();
  return {};
}

Result<EpochId> SnapshotWriter::publish() {
  LEAT_ASSERT(!file_ && !open_path_.empty());
  LEAT_CHECK(disk_.rename(open_path_, path(kSnapshotSuffix)));
  open_path_.clear();
  LEAT_CHECK(disk_.sync_directory(directory_));
  LEAT_TRY(const std::vector<SnapshotFile> all, list_snapshots(disk_, directory_, application_));
  for (size_t i = kSnapshotsKept; i < all.size(); ++i) LEAT_CHECK(disk_.remove(all[i].path));
  return all.size() >= kSnapshotsKept ? all[kSnapshotsKept - 1].first_epoch : EpochId(0);
}

}  // namespace leat::state
