#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/random.h"
#include "sim/file_image.h"

namespace leat::sim {

/// A file, or a directory with its entries as they look and as the device has them.
struct Node {
  explicit Node(bool is_directory, uint64_t number_given = 0)
      : directory(is_directory), number(number_given) {}

  const bool directory;
  const uint64_t number;  // no other has or had it
  FileImage file;
  std::map<std::string, std::shared_ptr<Node>> entries;
  std::map<std::string, std::shared_ptr<Node>> durable_entries;
};

/// The names of a disk. Changes of directory entries become durable when one of their directories
/// is synced; a rename is one change. Numbers returned are errnos, 0 for success. Not thread-safe.
class EntryTree {
 public:
  /// The node at `path`, or null.
  std::shared_ptr<Node> find(const std::string& path) const;
  /// ENOENT or ENOTDIR, whichever explains that `path` is no directory; 0 when it is one.
  int check_directory(const std::string& path) const;

  /// Makes a file or a directory. Errors: EEXIST, ENOENT, ENOTDIR.
  int create(const std::string& path, bool directory);
  int rename(const std::string& from, const std::string& to);
  int remove(const std::string& path);

  /// Makes the entries of `directory` durable.
  void sync(const Node& directory);
  /// Keeps or drops each change that was not synced, and settles every file that can still be
  /// reached.
  void power_cut(io::SeededRandom& random, double torn_sector);

  /// Bytes of all files that have a name.
  uint64_t bytes() const;
  size_t unsynced_entries() const { return changes_.size(); }
  size_t unsynced_sectors() const;

 private:
  struct Effect {
    std::shared_ptr<Node> directory;
    std::string name;
    std::shared_ptr<Node> target;  // null: the name goes away
  };
  using Change = std::vector<Effect>;

  template <class F>
  static void for_each_file(Node& node, F visit);
  static void apply(const Change& change);
  void perform(Change change);

  std::shared_ptr<Node> root_ = std::make_shared<Node>(true);
  std::vector<Change> changes_;
  uint64_t created_ = 0;
};

}  // namespace leat::sim
