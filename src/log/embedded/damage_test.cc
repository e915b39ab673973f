#include <gmock/gmock.h>

#include <map>

#include "log/embedded/embedded_log.h"
#include "log/embedded/verify.h"
#include "log/test_batches.h"

namespace leat {
namespace {

using conformance::batch_of;
using conformance::commit_of;
using conformance::partition_of;
using Contents = std::map<std::string, std::string>;  // of all partitions, topics, applications

/// The files of a data directory, to be put on a disk of its own for each mutation.
using Files = std::map<std::string, std::string>;

EmbeddedOptions options_for(io::Disk& disk, io::Random& random) {
  EmbeddedOptions options{
      .directory = "data", .disk = disk, .clock = io::system_clock(), .random = random};
  options.threads = false;
  options.first_segment_bytes = 16 << 10;
  options.segment_bytes = 16 << 10;
  options.epoch_reserve_bytes = 4 << 10;
  return options;
}

/// Everything that a log serves, as text.
Result<Contents> contents_of(EmbeddedLog& log) {
  Contents out;
  for (const TopicInfo& topic : log.topics()) {
    for (int32_t p = 0; p < topic.config.partitions; ++p) {
      TopicPartition at = partition_of(topic, p);
      std::string& bytes = out[topic.name + "/" + std::to_string(p)];
      LEAT_TRY(Bounds bounds, log.bounds(at));
      for (Offset from = bounds.start; from < bounds.durable_end;) {
        LEAT_TRY(Fetched fetched, log.read(at, from, 1 << 20, Visibility::durable));
        for (ByteView batch : fetched.batches) bytes.append(batch);
        from = fetched.next;
      }
    }
  }
  for (const std::string& name : log.applications()) {
    LEAT_TRY(ApplicationState state, log.application(name));
    std::string& text = out["application " + name];
    text = std::to_string(state.epoch.value);
    for (const MetadataChange& m : state.metadata) text += " " + m.key + "=" + m.value;
    for (const InputPosition& i : state.inputs) text += " " + std::to_string(i.next.value);
    LEAT_CHECK(log.replay(name, EpochId(0), [&](const CommitView& view) -> Status {
      text += " [" + std::string(view.states.at(0).bytes) + " " + std::string(view.facts) + "]";
      return {};
    }));
  }
  return out;
}

Files files_of(io::Disk& disk) {
  Files files;
  for (const char* directory : {"data", "data/journal"}) {
    std::vector<std::string> names = disk.list(directory).value();
    for (const std::string& name : names) {
      std::string path = std::string(directory) + "/" + name;
      if (name == "journal" || name == "LOCK") continue;
      files[path] = disk.read_file(path).value();
    }
  }
  return files;
}

std::unique_ptr<io::Disk> disk_with(const Files& files) {
  auto disk = io::memory_disk();
  disk->create_directories("data/journal").value();
  for (const auto& [path, bytes] : files) {
    disk->open(path, io::OpenMode::create_new).value()->write_at(0, bytes).value();
  }
  return disk;
}

/// A directory with three segments, two checkpoints, records, commits and keys, closed or left as
/// by SIGKILL behind its last witness.
struct Corpus {
  Files files;
  Contents contents;
};
Corpus make_corpus(bool closed) {
  auto disk = io::memory_disk();
  io::SeededRandom random(5);
  auto log = EmbeddedLog::open(options_for(*disk, random)).value();
  TopicInfo a = log->create_topic("a", {2, -1, -1}).value();
  TopicInfo b = log->create_topic("b", {1, -1, -1}).value();
  for (uint64_t i = 1; i <= 4; ++i) {
    for (int32_t p = 0; p < 2; ++p) {
      AppendRequest request;
      request.appends.push_back(batch_of(partition_of(a, p), {std::string(i * 200, 'a'), "x"}));
      request.idempotency_key = "key" + std::to_string(i) + std::to_string(p);
      log->append(std::move(request), [](Result<Appended> r) { r.value(); });
    }
    log->sync_once();
    Commit commit = commit_of(*log, "app", i, {batch_of(partition_of(b), {std::string(100, 'b')})});
    commit.states.push_back({"store", "state" + std::string(i * 50, 's')});
    commit.metadata.push_back({"m" + std::to_string(i), "v"});
    commit.inputs.push_back({"q", partition_of(a), Offset(static_cast<int64_t>(i))});
    commit.facts = "facts";
    log->commit(std::move(commit), [](Result<Appended> r) { r.value(); }).value();
    log->sync_once();
  }
  Corpus corpus;
  corpus.contents = contents_of(*log).value();
  if (closed) {
    log->close().value();
  } else {
    log->idle();
    log->abandon();
  }
  corpus.files = files_of(*disk);
  return corpus;
}

enum class Outcome { served, refused };

/// Opens mutated files. Serving anything but the exact contents is a failure; so is refusing
/// without saying where, or where `leat verify` finds nothing.
Outcome outcome_of(const Corpus& corpus, const Files& mutated, const std::string& what) {
  auto disk = disk_with(mutated);
  auto verified = verify_log(*disk, "data");
  io::SeededRandom random(6);
  auto log = EmbeddedLog::open(options_for(*disk, random));
  Result<Contents> contents = log ? contents_of(**log) : Result<Contents>(log.error());
  if (contents) {
    EXPECT_TRUE(*contents == corpus.contents) << "served silently wrong: " << what;
    return Outcome::served;
  }
  EXPECT_EQ(contents.error().code(), ErrorCode::corruption)
      << contents.error().to_string() << ": " << what;
  EXPECT_THAT(contents.error().message(), testing::HasSubstr("data/")) << what;
  EXPECT_TRUE(!verified || !verified->sound()) << "verify saw nothing: " << what;
  return Outcome::refused;
}

bool is_segment(const std::string& path) { return path.find(".seg") != std::string::npos; }

/// The part of a file that is worth flipping: not the zeros that nothing was written to.
size_t used_bytes(const std::string& path, const std::string& bytes) {
  if (!is_segment(path)) return bytes.size();
  size_t last = bytes.find_last_not_of('\0');
  return last == std::string::npos ? 4096 : std::min(bytes.size(), (last / 4096 + 2) * 4096);
}

TEST(EmbeddedLogDamage, the_corpus_has_all_kinds_of_files_and_is_sound) {
  Corpus corpus = make_corpus(true);
  int segments = 0;
  int checkpoints = 0;
  int sidecars = 0;
  for (const auto& [path, bytes] : corpus.files) {
    segments += is_segment(path);
    checkpoints += path.find("checkpoint-") != std::string::npos;
    sidecars += path.find(".idx") != std::string::npos;
  }
  EXPECT_GE(segments, 3);
  EXPECT_EQ(checkpoints, 2);
  EXPECT_GE(sidecars, 2);
  auto disk = disk_with(corpus.files);
  VerifyReport report = verify_log(*disk, "data").value();
  EXPECT_TRUE(report.sound()) << report.damages[0].what << " " << report.damages[0].file;
  EXPECT_EQ(report.records, 20u);
  EXPECT_EQ(report.commits, 4u);
  EXPECT_EQ(report.torn_bytes, 0u);
  EXPECT_EQ(outcome_of(corpus, corpus.files, "nothing"), Outcome::served);
}

void flip_every_byte(bool closed) {
  Corpus corpus = make_corpus(closed);
  size_t refused = 0;
  for (const auto& [path, bytes] : corpus.files) {
    for (size_t i = 0; i < used_bytes(path, bytes) && !testing::Test::HasFailure(); ++i) {
      // In long runs of zeros (padding) every 37th byte stands for its neighbours.
      if (bytes[i] == 0 && i % 37 != 0 && is_segment(path)) continue;
      Files mutated = corpus.files;
      mutated[path][i] = static_cast<char>(mutated[path][i] ^ (1 << (i % 8)));
      if (outcome_of(corpus, mutated, path + " byte " + std::to_string(i)) == Outcome::refused) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 1000u);
}

TEST(EmbeddedLogDamage, any_flipped_byte_of_a_closed_log_is_refused_or_harmless) {
  flip_every_byte(true);
}
TEST(EmbeddedLogDamage, any_flipped_byte_of_a_killed_log_is_refused_or_harmless) {
  flip_every_byte(false);
}

TEST(EmbeddedLogDamage, zeroed_pages_and_cut_files_are_refused_or_harmless) {
  Corpus corpus = make_corpus(true);
  for (const auto& [path, bytes] : corpus.files) {
    for (size_t page = 0; page < bytes.size(); page += 4096) {
      Files zeroed = corpus.files;
      zeroed[path].replace(page, std::min<size_t>(4096, bytes.size() - page),
                           std::string(std::min<size_t>(4096, bytes.size() - page), '\0'));
      outcome_of(corpus, zeroed, path + " zeroed at " + std::to_string(page));
    }
    for (size_t length = 0; length<bytes.size(); length += bytes.size()> 2000 ? 1000 : 50) {
      Files cut = corpus.files;
      cut[path].resize(length);
      Outcome outcome = outcome_of(corpus, cut, path + " cut to " + std::to_string(length));
      if (is_segment(path)) {
        EXPECT_EQ(outcome, Outcome::refused) << path << " " << length;
      }
    }
  }
}

TEST(EmbeddedLogDamage, missing_files_are_refused_or_made_anew) {
  Corpus corpus = make_corpus(true);
  for (const auto& [path, bytes] : corpus.files) {
    Files without = corpus.files;
    without.erase(path);
    Outcome outcome = outcome_of(corpus, without, path + " missing");
    bool essential = is_segment(path) || path == "data/manifest";
    EXPECT_EQ(outcome, essential ? Outcome::refused : Outcome::served) << path;
  }
}

TEST(EmbeddedLogDamage, swapped_and_copied_segments_are_refused) {
  Corpus corpus = make_corpus(true);
  std::vector<std::string> segments;
  for (const auto& [path, bytes] : corpus.files) {
    if (is_segment(path)) segments.push_back(path);
  }
  for (const std::string& a : segments) {
    for (const std::string& b : segments) {
      if (a == b) continue;
      Files swapped = corpus.files;
      std::swap(swapped[a], swapped[b]);
      EXPECT_EQ(outcome_of(corpus, swapped, a + " swapped with " + b), Outcome::refused);
    }
  }
}

TEST(EmbeddedLogDamage, files_of_another_log_are_refused) {
  Corpus corpus = make_corpus(true);
  auto disk = io::memory_disk();
  io::SeededRandom random(77);
  EmbeddedLog::open(options_for(*disk, random)).value()->close().value();
  Files other = files_of(*disk);
  Files mixed = corpus.files;
  mixed["data/manifest"] = other["data/manifest"];
  EXPECT_EQ(outcome_of(corpus, mixed, "manifest of another log"), Outcome::refused);
}

TEST(EmbeddedLogDamage, an_old_manifest_does_not_make_newer_segments_strays) {
  Corpus corpus = make_corpus(true);
  auto disk = io::memory_disk();
  io::SeededRandom random(5);  // the same identity as the corpus
  EmbeddedLog::open(options_for(*disk, random)).value()->close().value();
  Files old = corpus.files;
  old["data/manifest"] = files_of(*disk)["data/manifest"];
  std::erase_if(
      old, [](const auto& file) { return file.first.find("checkpoint-") != std::string::npos; });
  outcome_of(corpus, old, "old manifest");
  auto mixed = disk_with(old);
  EXPECT_FALSE(EmbeddedLog::open(options_for(*mixed, random)).has_value());
  EXPECT_TRUE(files_of(*mixed) == old) << "something was removed";
}

TEST(EmbeddedLogDamage, damage_leaves_the_directory_as_it_was) {
  Corpus corpus = make_corpus(true);
  Files mutated = corpus.files;
  mutated["data/journal/000000000001.seg"][5] ^= 1;
  auto disk = disk_with(mutated);
  io::SeededRandom random(6);
  EXPECT_FALSE(EmbeddedLog::open(options_for(*disk, random)).has_value());
  EXPECT_TRUE(files_of(*disk) == mutated);
}

TEST(EmbeddedLogDamage, verify_of_no_log_says_so) {
  auto disk = io::memory_disk();
  auto report = verify_log(*disk, "nowhere");
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace leat
