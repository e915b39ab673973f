#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "plan/expr.h"
#include "sql/ast.h"
#include "sql/catalogue.h"
#include "sql/settings.h"

namespace leat::sql {

/// What every part of the binder needs: the statement that is bound, what names refer to, and how
/// to report a place in it. All lent for the time of one bind().
struct BindContext {
  const Statement& statement;
  const Catalogue& catalogue;
  const Session& session;
  const plan::FunctionRegistry& functions;
  bool ksqldb;

  Error error(ErrorCode code, const SourceSpan& span, std::string_view message,
              std::string hint = {}) const;
  Error invalid(const SourceSpan& span, std::string_view message, std::string hint = {}) const {
    return error(ErrorCode::invalid_argument, span, message, std::move(hint));
  }
  /// "<what> not supported yet"; `what` ends in is or are.
  Error unsupported(const SourceSpan& span, std::string_view what, std::string hint = {}) const;
  /// Gives an error of something below a place.
  Error at(const SourceSpan& span, const Error& below) const;

  /// The text of a place in the statement, for messages.
  std::string_view text(const SourceSpan& span) const;

  /// What an identifier names: under ksqlDB's rule unquoted ones are upper-cased.
  std::string name(const Identifier& identifier) const;
  /// As name(), of a word that is not an identifier of the grammar ('..' in a WITH list): back
  /// quotes around it quote it.
  std::string name(std::string_view word) const;
  bool same(std::string_view a, std::string_view b) const;

  /// The stream or table of that name. Errors: not_found, with the nearest name.
  Result<const SourceDef*> source(const Identifier& identifier) const;
};

/// "a table", "a stream".
std::string_view kind_word(bool is_table);

/// ROWTIME, ROWPARTITION, ROWOFFSET, WINDOWSTART, WINDOWEND: no column may have such a name.
bool is_reserved_column(std::string_view name);

/// A name that can be a new stream's, table's or query's. Errors: invalid_argument for names that
/// Leat keeps for itself.
Status check_new_name(const BindContext& context, const SourceSpan& span, std::string_view name);

/// Whether it can be a topic's name. Errors: invalid_argument.
Status check_topic_name(const BindContext& context, const SourceSpan& span, std::string_view topic);

}  // namespace leat::sql
