// Bringing an application to what its files say. Everything is worked out and checked first;
// nothing is touched when anything is refused.
#include <algorithm>
#include <filesystem>
#include <set>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/text.h"
#include "service/application.h"
#include "sql/parser.h"
#include "sql/print_ast.h"
#include "sql/script.h"

namespace leat::service {
namespace {

/// A statement of a file, its variables replaced, and where it stands.
struct FileStatement {
  const SqlFile* file;
  sql::Statement statement;
};

Error in_file(Error error, const SqlFile& file) { return std::move(error).with_context(file.name); }

/// Reads all statements in order; SET and DEFINE act at once on `session` and are not returned.
Result<std::vector<FileStatement>> read_statements(const std::vector<SqlFile>& files,
                                                   sql::Session& session) {
  std::vector<FileStatement> statements;
  for (const SqlFile& file : files) {
    auto pieces = sql::split_script(file.text);
    if (!pieces.has_value()) return in_file(std::move(pieces).error(), file);
    for (const sql::ScriptPiece& piece : *pieces) {
      if (piece.kind == sql::ScriptPiece::Kind::directive) continue;
      auto text =
          sql::substitute(piece.text, session.variables, piece.span.line, piece.span.column);
      if (!text.has_value()) return in_file(std::move(text).error(), file);
      auto statement = sql::parse_statement(*text, {false, piece.span.line, piece.span.column});
      if (!statement.has_value()) return in_file(std::move(statement).error(), file);
      Status acted;
      if (const auto* set = std::get_if<sql::SetProperty>(&statement->node)) {
        acted = session.set(set->name, set->value);
      } else if (const auto* unset = std::get_if<sql::UnsetProperty>(&statement->node)) {
        acted = session.unset(unset->name);
      } else if (const auto* define = std::get_if<sql::DefineVariable>(&statement->node)) {
        session.variables[define->name.text] = define->value;
      } else if (const auto* undefine = std::get_if<sql::UndefineVariable>(&statement->node)) {
        session.variables.erase(undefine->name.text);
      } else {
        statements.push_back({&file, *std::move(statement)});
      }
      if (!acted.has_value()) return in_file(std::move(acted).error(), file);
    }
  }
  return statements;
}

}  // namespace

Result<ScriptFacts> read_script_facts(const std::vector<SqlFile>& files, sql::Session session) {
  ScriptFacts facts{std::move(session), {}};
  LEAT_CHECK(read_statements(files, facts.session));
  facts.application_id = std::string(facts.session.get("application.id"));
  if (facts.application_id.empty() && !files.empty())
    facts.application_id = std::filesystem::path(files.front().name).stem().string();
  return facts;
}

/// Works out one load: what the files make, held against what is there.
class FileLoader {
 public:
  explicit FileLoader(Application& app)
      : app_(app),
        session_(app.options_.session),
        before_(app.begin_change()),
        wanted_(app.begin_change()) {}

  Status run(const std::vector<SqlFile>& files) {
    LEAT_TRY(std::vector<FileStatement> statements, read_statements(files, session_));
    take_out_what_files_made();
    LEAT_CHECK(bind_all(std::move(statements)));
    LEAT_CHECK(check_missing());
    LEAT_CHECK(compare_queries());
    if (changes_something()) LEAT_CHECK(app_.apply(std::move(wanted_)));
    return run_inserts();
  }

 private:
  struct Insert {
    sql::bound::InsertValues rows;
    std::string key;
  };

  // The files are bound against what other statements made; what files made before is only compared
  // with.
  void take_out_what_files_made() {
    std::vector<std::string> names;
    for (const auto& [name, origin] : before_.origins)
      if (origin == "file") names.push_back(name);
    for (const std::string& name : names) {
      if (wanted_.catalogue.find_query(name) != nullptr)
        (void)wanted_.catalogue.drop_query(name).has_value();
      if (wanted_.catalogue.find(name) != nullptr) (void)wanted_.catalogue.drop(name).has_value();
      wanted_.origins.erase(name);
    }
  }

  // Order does not matter: what needs a name that is not there yet is tried again once others are.
  Status bind_all(std::vector<FileStatement> left) {
    while (!left.empty()) {
      std::vector<FileStatement> waiting;
      std::optional<Error> first_error;
      for (FileStatement& item : left) {
        Status bound = bind_one(item);
        if (bound.has_value()) continue;
        if (bound.error().code() != ErrorCode::not_found)
          return in_file(std::move(bound).error(), *item.file);
        if (!first_error) first_error = in_file(std::move(bound).error(), *item.file);
        waiting.push_back(std::move(item));
      }
      if (waiting.size() == left.size()) return *std::move(first_error);
      left = std::move(waiting);
    }
    return {};
  }

  Status bind_one(const FileStatement& item) {
    namespace bound = sql::bound;
    if (const auto* drop = std::get_if<sql::DropSource>(&item.statement.node))
      return drop_one(*drop, item);
    LEAT_TRY(bound::Statement statement,
             sql::bind(item.statement, wanted_.catalogue, session_, app_.functions_));
    if (auto* create = std::get_if<bound::CreateSource>(&statement))
      return app_.add_source(*create, "file", session_, wanted_);
    if (auto* create = std::get_if<bound::CreateQuery>(&statement))
      return app_.add_query(*create, "file", wanted_);
    if (auto* rows = std::get_if<bound::InsertValues>(&statement)) {
      inserts_.push_back({std::move(*rows), insert_key(item)});
      return {};
    }
    if (std::holds_alternative<bound::Nothing>(statement)) return {};
    return Error(ErrorCode::invalid_argument,
                 "line " + std::to_string(item.statement.span.line) + ": " +
                     std::string(sql::kind_of(item.statement)) +
                     " does not belong into an application's file",
                 "files hold CREATE, INSERT, DROP, SET and DEFINE; use leat sql for the rest");
  }

  // DROP in a file says that something which files made once is meant to be gone. It stays true
  // when it is.
  Status drop_one(const sql::DropSource& drop, const FileStatement&) {
    dropped_.insert(drop.name.text);
    if (drop.delete_topic)
      if (const auto* source = before_.catalogue.find(drop.name.text))
        wanted_.deleted_topics.push_back(source->topic);
    return {};
  }

  bool is_dropped(const std::string& name) const { return dropped_.contains(name); }

  Status check_missing() const {
    for (const auto& [name, origin] : before_.origins) {
      if (origin != "file" || wanted_.origins.contains(name)) continue;
      const sql::SourceDef* source = before_.catalogue.find(name);
      const sql::QueryDef* query = before_.catalogue.find_query(name);
      bool dropped = is_dropped(name) || (query != nullptr && is_dropped(query->sink));
      if (dropped || (source == nullptr && query == nullptr)) continue;
      return Error(
          ErrorCode::conflict,
          name +
              " is part of this application and is not in its files any more; nothing was changed",
          "put it back, or say DROP " +
              std::string(source != nullptr && source->is_table ? "TABLE " : "STREAM ") + name +
              "; in a file");
    }
    return {};
  }

  // A query that is as it was goes on with the plan that it has; a stateless one that changed is
  // replaced in its place; a stateful one cannot be.
  Status compare_queries() {
    auto plans = app_.runtime_->plans();
    std::vector<plan::Query> added;
    for (plan::Query& query : wanted_.queries.add) {
      auto running = plans.find(query.id);
      if (running == plans.end()) {
        added.push_back(std::move(query));
        continue;
      }
      if (running->second->statement == query.statement) {
        note_policies(*running->second, query);
        continue;
      }
      if (running->second->stateful() || query.stateful())
        return Error(
            ErrorCode::conflict,
            query.id +
                " has changed, and the state that it keeps was made by the statement before; "
                "nothing was changed",
            "give the new one another name, or DROP the old one first and let it start anew");
      wanted_.queries.remove.push_back(query.id);
      added.push_back(std::move(query));
    }
    wanted_.queries.add = std::move(added);
    wanted_.queries.from_latest = session_.from_latest();
    for (const auto& [id, plan] : plans) {
      bool still = wanted_.catalogue.find_query(id) != nullptr ||
                   (wanted_.catalogue.find(id) != nullptr && wanted_.catalogue.find(id)->is_table);
      if (!still) wanted_.queries.remove.push_back(id);
    }
    return {};
  }

  // How bad records are dealt with is no part of the statement: SET 'errors.policy', or ERRORS of a
  // source, holds for what runs already.
  void note_policies(const plan::Query& running, const plan::Query& wanted) {
    std::map<std::string, plan::BadRecordPolicy> changed;
    for (const plan::Node& node : wanted.nodes) {
      const auto* source = std::get_if<plan::Source>(&node.op);
      if (source == nullptr) continue;
      for (const plan::Node& other : running.nodes) {
        const auto* now = std::get_if<plan::Source>(&other.op);
        if (now != nullptr && other.id == node.id && now->policy != source->policy)
          changed[node.id] = source->policy;
      }
    }
    if (!changed.empty()) wanted_.queries.policies[running.id] = std::move(changed);
  }

  bool changes_something() const {
    return !wanted_.queries.policies.empty() || !wanted_.queries.add.empty() ||
           !wanted_.queries.remove.empty() || !wanted_.deleted_topics.empty() ||
           wanted_.origins != before_.origins ||
           wanted_.catalogue.encode() != before_.catalogue.encode();
  }

  // The same INSERT twice in a file is two inserts; the same file twice is one.
  std::string insert_key(const FileStatement& item) {
    // As it is understood, so that neither spaces nor comments make it another one.
    std::string text = sql::to_sql(item.statement, {.fold_case = true});
    uint64_t hash = XXH3_64bits(text.data(), text.size());
    char bytes[8];
    store_le(bytes, hash);
    std::string name = hex_encode({bytes, sizeof bytes});
    return "insert/" + name + "/" + std::to_string(++insert_count_[name]);
  }

  Status run_inserts() {
    std::set<std::string> ran;
    for (const MetadataChange& fact : app_.runtime_->metadata()) ran.insert(fact.key);
    for (Insert& insert : inserts_) {
      if (ran.contains(insert.key)) continue;
      // The identity covers a crash between the two steps; the mark outlives the identity.
      LEAT_CHECK(app_.insert(insert.rows, app_.options_.id + "/" + insert.key));
      Application::Change mark = app_.begin_change();
      mark.queries.metadata.push_back({insert.key, "1"});
      LEAT_CHECK(app_.apply(std::move(mark)));
    }
    return {};
  }

  Application& app_;
  sql::Session session_;
  Application::Change before_;
  Application::Change wanted_;
  std::set<std::string, IgnoringCase> dropped_;
  std::vector<Insert> inserts_;
  std::map<std::string, int> insert_count_;
};

Status Application::load(const std::vector<SqlFile>& files) {
  std::lock_guard lock(statements_);
  return FileLoader(*this).run(files);
}

}  // namespace leat::service
