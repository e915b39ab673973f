#include "sim/entry_tree.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>

namespace leat::sim {
namespace {

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (const std::filesystem::path& part : std::filesystem::path(path).lexically_normal()) {
    const std::string text = part.string();
    if (!text.empty() && text != "." && text != "/") parts.push_back(text);
  }
  return parts;
}

std::string parent_of(const std::string& path) {
  std::string parent;
  std::vector<std::string> parts = parts_of(path);
  if (!parts.empty()) parts.pop_back();
  for (const std::string& part : parts) parent += part + "/";
  return parent;
}

std::string name_of(const std::string& path) {
  const std::vector<std::string> parts = parts_of(path);
  return parts.empty() ? std::string() : parts.back();
}

void set_entry(std::map<std::string, std::shared_ptr<Node>>& entries, const std::string& name,
               const std::shared_ptr<Node>& target) {
  if (target) {
    entries[name] = target;
  } else {
    entries.erase(name);
  }
}

bool holds(const Node& node, const Node& searched) {
  if (&node == &searched) return true;
  return std::any_of(node.entries.begin(), node.entries.end(),
                     [&](const auto& entry) { return holds(*entry.second, searched); });
}

}  // namespace

std::shared_ptr<Node> EntryTree::find(const std::string& path) const {
  std::shared_ptr<Node> node = root_;
  for (const std::string& part : parts_of(path)) {
    const auto entry = node->entries.find(part);
    if (entry == node->entries.end()) return nullptr;
    node = entry->second;
  }
  return node;
}

int EntryTree::check_directory(const std::string& path) const {
  const Node* node = root_.get();
  for (const std::string& part : parts_of(path)) {
    const auto entry = node->entries.find(part);
    if (entry == node->entries.end()) return node->directory ? ENOENT : ENOTDIR;
    node = entry->second.get();
  }
  return node->directory ? 0 : ENOTDIR;
}

void EntryTree::perform(Change change) {
  for (const Effect& effect : change) {
    set_entry(effect.directory->entries, effect.name, effect.target);
  }
  changes_.push_back(std::move(change));
}

void EntryTree::apply(const Change& change) {
  for (const Effect& effect : change) {
    set_entry(effect.directory->durable_entries, effect.name, effect.target);
  }
}

int EntryTree::create(const std::string& path, bool directory) {
  if (find(path)) return EEXIST;
  const std::string parent = parent_of(path);
  if (const int wrong = check_directory(parent)) return wrong;
  perform({{find(parent), name_of(path), std::make_shared<Node>(directory, ++created_)}});
  return 0;
}

int EntryTree::rename(const std::string& from, const std::string& to) {
  const std::shared_ptr<Node> node = find(from);
  if (!node) return ENOENT;
  if (const int wrong = check_directory(parent_of(to))) return wrong;
  const std::shared_ptr<Node> new_parent = find(parent_of(to));
  const std::shared_ptr<Node> target = find(to);
  if (target == node) return 0;
  if (holds(*node, *new_parent)) return EINVAL;
  if (target) {
    if (target->directory != node->directory) return node->directory ? ENOTDIR : EISDIR;
    if (!target->entries.empty()) return ENOTEMPTY;
  }
  perform({{find(parent_of(from)), name_of(from), nullptr}, {new_parent, name_of(to), node}});
  return 0;
}

int EntryTree::remove(const std::string& path) {
  const std::shared_ptr<Node> node = find(path);
  if (!node) return ENOENT;
  if (node == root_) return EBUSY;
  if (!node->entries.empty()) return ENOTEMPTY;
  perform({{find(parent_of(path)), name_of(path), nullptr}});
  return 0;
}

void EntryTree::sync(const Node& directory) {
  std::vector<Change> later;
  for (Change& change : changes_) {
    const bool here = std::any_of(change.begin(), change.end(), [&](const Effect& effect) {
      return effect.directory.get() == &directory;
    });
    if (!here) {
      later.push_back(std::move(change));
      continue;
    }
    apply(change);
    // A rename between two directories can become durable before what was done to the other name
    // earlier; that must not be applied over it afterwards.
    for (Change& earlier : later) {
      std::erase_if(earlier, [&](const Effect& old) {
        return std::any_of(change.begin(), change.end(), [&](const Effect& effect) {
          return effect.directory == old.directory && effect.name == old.name;
        });
      });
    }
  }
  std::erase_if(later, [](const Change& change) { return change.empty(); });
  changes_ = std::move(later);
}

template <class F>
void EntryTree::for_each_file(Node& node, F visit) {
  if (!node.directory) {
    visit(node);
    return;
  }
  for (auto& [name, child] : node.entries) for_each_file(*child, visit);
}

void EntryTree::power_cut(io::SeededRandom& random, double torn_sector) {
  for (const Change& change : changes_) {
    if (random.chance(0.5)) apply(change);
  }
  changes_.clear();

  // Down from the root, so that what no kept entry leads to is gone.
  std::vector<Node*> directories = {root_.get()};
  while (!directories.empty()) {
    Node* const directory = directories.back();
    directories.pop_back();
    directory->entries = directory->durable_entries;
    for (auto& [name, child] : directory->entries) {
      if (child->directory) directories.push_back(child.get());
    }
  }
  std::set<Node*> settled;  // A rename kept by half leaves one file under two names.
  for_each_file(*root_, [&](Node& node) {
    if (settled.insert(&node).second) node.file.power_cut(random, torn_sector);
  });
}

uint64_t EntryTree::bytes() const {
  uint64_t total = 0;
  for_each_file(*root_, [&](const Node& node) { total += node.file.size(); });
  return total;
}

size_t EntryTree::unsynced_sectors() const {
  size_t total = 0;
  for_each_file(*root_, [&](const Node& node) { total += node.file.unsynced(); });
  return total;
}

}  // namespace leat::sim
