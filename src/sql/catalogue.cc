#include "sql/catalogue.h"

#include <algorithm>

namespace leat::sql {

template <class T>
const T* Catalogue::lookup(const ByName<T>& all, std::string_view name) const {
  auto [begin, end] = all.equal_range(name);
  for (auto it = begin; it != end; ++it)
    if (rule_ == NameRule::folded || it->first == name) return &it->second;
  return nullptr;
}

const SourceDef* Catalogue::find(std::string_view name) const { return lookup(sources_, name); }

Status Catalogue::add(SourceDef source) {
  if (const SourceDef* other = find(source.name))
    return Error(ErrorCode::already_exists, std::string(other->is_table ? "a table" : "a stream") +
                                                " with this name exists: " + other->name);
  std::string name = source.name;
  sources_.emplace(std::move(name), std::move(source));
  return {};
}

Status Catalogue::drop(std::string_view name) {
  auto [begin, end] = sources_.equal_range(name);
  for (auto it = begin; it != end; ++it)
    if (rule_ == NameRule::folded || it->first == name) {
      sources_.erase(it);
      return {};
    }
  return Error(ErrorCode::not_found, "there is no stream or table " + std::string(name));
}

std::vector<const SourceDef*> Catalogue::list() const {
  std::vector<const SourceDef*> out;
  for (const auto& [name, source] : sources_) out.push_back(&source);
  return out;
}

std::vector<std::string> Catalogue::names() const {
  std::vector<std::string> out;
  for (const auto& [name, source] : sources_) out.push_back(name);
  return out;
}

std::vector<const SourceDef*> Catalogue::of_topic(std::string_view topic) const {
  std::vector<const SourceDef*> out;
  for (const auto& [name, source] : sources_)
    if (source.topic == topic) out.push_back(&source);
  return out;
}

const QueryDef* Catalogue::find_query(std::string_view id) const { return lookup(queries_, id); }

Status Catalogue::add_query(QueryDef query) {
  if (find_query(query.id) != nullptr)
    return Error(ErrorCode::already_exists, "a query with this id exists: " + query.id);
  std::string id = query.id;
  queries_.emplace(std::move(id), std::move(query));
  return {};
}

Status Catalogue::drop_query(std::string_view id) {
  auto [begin, end] = queries_.equal_range(id);
  for (auto it = begin; it != end; ++it)
    if (rule_ == NameRule::folded || it->first == id) {
      queries_.erase(it);
      return {};
    }
  return Error(ErrorCode::not_found, "there is no query " + std::string(id));
}

std::vector<const QueryDef*> Catalogue::queries() const {
  std::vector<const QueryDef*> out;
  for (const auto& [id, query] : queries_) out.push_back(&query);
  return out;
}

Catalogue::Uses Catalogue::used_by(std::string_view name) const {
  auto same = [&](std::string_view other) {
    return rule_ == NameRule::exact ? other == name : equals_ignoring_case(other, name);
  };
  Uses uses;
  for (const auto& [id, query] : queries_) {
    if (std::any_of(query.sources.begin(), query.sources.end(), same)) uses.readers.push_back(id);
    if (same(query.sink)) uses.writers.push_back(id);
  }
  return uses;
}

}  // namespace leat::sql
