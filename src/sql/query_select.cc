#include <algorithm>

#include "sql/query_analysis.h"

// SELECT: what `*` stands for, and what columns are called.

namespace leat::sql {

using plan::ExprKind;
using plan::ExprPtr;

namespace {

class SelectBinder {
 public:
  SelectBinder(const BindContext& context, const Query& query, QueryUse use, QueryAnalysis& out)
      : context_(context), query_(query), use_(use), out_(out) {}

  Status bind() {
    for (const SelectItem& item : query_.items) switch (item.kind) {
        case SelectItem::Kind::expression: LEAT_CHECK(add_expression(item)); break;
        case SelectItem::Kind::all: add_all(item); break;
        case SelectItem::Kind::all_of_source: LEAT_CHECK(add_all_of_source(item)); break;
        case SelectItem::Kind::all_of_struct:
          return context_.unsupported(item.span, "STRUCT fields (->) are");
      }
    return check_names();
  }

 private:
  void add(std::string name, ExprPtr expr, const SourceSpan& span) {
    out_.columns.push_back({std::move(name), std::move(expr), span});
  }

  void add_column(size_t column, const SourceSpan& span) {
    const Scope& scope = out_.scope;
    add(scope.is_join() ? scope.prefixed_name(column) : scope.columns[column].name,
        plan::column(static_cast<int>(column), scope.columns[column].type), span);
  }

  Status add_expression(const SelectItem& item) {
    WindowBounds bounds = out_.window ? WindowBounds::of_result : WindowBounds::of_source;
    ExprBinder binder(context_, &out_.scope, "SELECT", &out_.aggregates, bounds);
    LEAT_TRY(ExprPtr expr, binder.bind_value(*item.expr));
    LEAT_TRY(std::string name, name_of(item, *expr));
    add(std::move(name), std::move(expr), item.span);
    return {};
  }

  Result<std::string> name_of(const SelectItem& item, const plan::Expr& expr) {
    std::string name;
    if (item.alias) {
      name = context_.name(*item.alias);
    } else if (const auto* reference = std::get_if<ColumnRef>(&item.expr->node)) {
      if (expr.kind == ExprKind::column) {
        name = out_.scope.output_name(context_, static_cast<size_t>(expr.index));
        bool carried = out_.scope.columns[static_cast<size_t>(expr.index)].carried.has_value();
        if (carried && out_.scope.is_join())
          name = out_.scope.prefixed_name(static_cast<size_t>(expr.index));
      } else {
        name = plan::to_string(expr);  // a pseudo column
      }
      (void)reference;
    } else {
      return generated_name();
    }
    if (use_ == QueryUse::persistent && is_reserved_column(name))
      return context_.invalid(item.span, name + " is the name of a column that every row has",
                              "name it: " + name + " AS another_name");
    return name;
  }

  std::string generated_name() {
    while (true) {
      std::string name = "KSQL_COL_" + std::to_string(generated_++);
      auto taken = [&](const auto& column) { return context_.same(column.name, name); };
      const auto& known = out_.scope.columns;
      if (std::none_of(known.begin(), known.end(), taken)) return name;
    }
  }

  /// Keys first. After PARTITION BY the old keys are values, and come last.
  void add_all(const SelectItem& item) {
    const Scope& scope = out_.scope;
    std::vector<uint8_t> done(scope.columns.size(), 0);
    for (const ExprPtr& key : out_.key) {
      if (key->kind == ExprKind::column &&
          !scope.columns[static_cast<size_t>(key->index)].carried) {
        done[static_cast<size_t>(key->index)] = 1;
        add_column(static_cast<size_t>(key->index), item.span);
      } else {
        bool pseudo = key->kind == ExprKind::rowtime || key->kind == ExprKind::rowpartition ||
                      key->kind == ExprKind::rowoffset;
        add(pseudo ? plan::to_string(*key) : generated_name(), key, item.span);
      }
    }
    if (use_ != QueryUse::persistent && !scope.is_join() && out_.first_source().window)
      for (ExprKind kind : {ExprKind::window_start, ExprKind::window_end}) {
        ExprPtr bound = plan::pseudo(kind);
        add(plan::to_string(*bound), bound, item.span);
      }
    size_t old_keys = scope.is_join() ? 0 : out_.first_source().schema.key.size();
    bool keys_last = out_.repartitioned || out_.key_dropped;
    auto add_range = [&](size_t from, size_t to) {
      for (size_t i = from; i < to; ++i)
        if (!done[i] && !scope.columns[i].carried) add_column(i, item.span);
    };
    if (!keys_last) add_range(0, old_keys);
    add_range(old_keys, scope.columns.size());
    if (keys_last) add_range(0, old_keys);
  }

  Status add_all_of_source(const SelectItem& item) {
    LEAT_TRY(size_t source, out_.scope.source_named(context_, *item.source));
    if (!out_.scope.is_join()) {
      add_all(item);
      return {};
    }
    size_t first = out_.scope.first_column(source);
    for (size_t i = first; i < first + out_.scope.column_count(source); ++i)
      add_column(i, item.span);
    return {};
  }

  Status check_names() const {
    for (size_t i = 0; i < out_.columns.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        if (context_.same(out_.columns[i].name, out_.columns[j].name))
          return context_.invalid(out_.columns[i].span,
                                  "two columns are called " + out_.columns[i].name,
                                  "give one another name with AS");
    return {};
  }

  const BindContext& context_;
  const Query& query_;
  QueryUse use_;
  QueryAnalysis& out_;
  int generated_ = 0;
};

}  // namespace

Status analyse_select(const BindContext& context, const Query& query, QueryUse use,
                      QueryAnalysis& out) {
  return SelectBinder(context, query, use, out).bind();
}

}  // namespace leat::sql
