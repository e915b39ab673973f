#include "sql/sql_writer.h"

namespace leat::sql {
namespace {

std::string_view noun(SourceKind kind) { return kind == SourceKind::stream ? "STREAM " : "TABLE "; }

std::string_view text_of(JoinKind kind) {
  switch (kind) {
    case JoinKind::inner: return " JOIN ";
    case JoinKind::left: return " LEFT JOIN ";
    case JoinKind::right: return " RIGHT JOIN ";
    case JoinKind::full: return " FULL JOIN ";
  }
  return " JOIN ";
}

}  // namespace

void SqlWriter::duration(const Duration& d) {
  out_ += std::to_string(d.count) + " " + std::string(name_of(d.unit));
}

void SqlWriter::row(const std::vector<Expr>& values) {
  out_ += '(';
  list(values);
  out_ += ')';
}

void SqlWriter::select_item(const SelectItem& item) {
  switch (item.kind) {
    case SelectItem::Kind::expression:
      expr(*item.expr);
      if (item.alias) {
        out_ += " AS ";
        name(*item.alias);
      }
      return;
    case SelectItem::Kind::all: out_ += '*'; return;
    case SelectItem::Kind::all_of_source:
      name(*item.source);
      out_ += ".*";
      return;
    case SelectItem::Kind::all_of_struct:
      expr(*item.expr, kTightest);
      out_ += "->*";
      return;
  }
}

void SqlWriter::relation(const Relation& r) {
  name(r.name);
  if (r.alias) {
    out_ += " AS ";
    name(*r.alias);
  }
}

void SqlWriter::join(const Join& j) {
  out_ += text_of(j.kind);
  relation(j.relation);
  if (j.within) {
    out_ += " WITHIN ";
    if (!j.within->symmetric) out_ += '(';
    duration(j.within->before);
    if (!j.within->symmetric) {
      out_ += ", ";
      duration(j.within->after);
      out_ += ')';
    }
    if (j.within->grace) {
      out_ += " GRACE PERIOD ";
      duration(*j.within->grace);
    }
  }
  out_ += " ON ";
  expr(j.on);
}

void SqlWriter::window(const Window& w) {
  out_ += " WINDOW ";
  if (w.name) {
    name(*w.name);
    out_ += ' ';
  }
  switch (w.kind) {
    case Window::Kind::tumbling: out_ += "TUMBLING (SIZE "; break;
    case Window::Kind::hopping: out_ += "HOPPING (SIZE "; break;
    case Window::Kind::session: out_ += "SESSION ("; break;
  }
  duration(w.size);
  auto option = [&](std::string_view word, const std::optional<Duration>& value) {
    if (!value) return;
    out_ += word;
    duration(*value);
  };
  option(", ADVANCE BY ", w.advance);
  option(", RETENTION ", w.retention);
  option(", GRACE PERIOD ", w.grace);
  out_ += ')';
}

void SqlWriter::query(const Query& q) {
  out_ += "SELECT ";
  for (const SelectItem& item : q.items) {
    if (&item != &q.items.front()) out_ += ", ";
    select_item(item);
  }
  out_ += " FROM ";
  relation(q.from);
  for (const Join& j : q.joins) join(j);
  if (q.window) window(*q.window);
  if (q.where) {
    out_ += " WHERE ";
    expr(*q.where);
  }
  // In parentheses, so that a first expression that begins with one is not taken for the list.
  if (q.group_by) {
    out_ += " GROUP BY ";
    row(*q.group_by);
  }
  if (q.partition_by) {
    out_ += " PARTITION BY ";
    row(*q.partition_by);
  }
  if (q.having) {
    out_ += " HAVING ";
    expr(*q.having);
  }
  if (q.emit != Emit::none) out_ += q.emit == Emit::changes ? " EMIT CHANGES" : " EMIT FINAL";
  if (q.limit) out_ += " LIMIT " + std::to_string(*q.limit);
}

void SqlWriter::column(const ColumnDefinition& c) {
  name(c.name);
  out_ += ' ';
  type(c.type);
  switch (c.role) {
    case ColumnRole::value: return;
    case ColumnRole::key: out_ += " KEY"; return;
    case ColumnRole::primary_key: out_ += " PRIMARY KEY"; return;
    case ColumnRole::headers: out_ += " HEADERS"; return;
    case ColumnRole::header: out_ += " HEADER(" + quote(c.header, '\'') + ")"; return;
  }
}

void SqlWriter::columns(const std::vector<ColumnDefinition>& list) {
  if (list.empty()) return;
  out_ += " (";
  for (const ColumnDefinition& c : list) {
    if (&c != &list.front()) out_ += ", ";
    column(c);
  }
  out_ += ')';
}

void SqlWriter::properties(const std::vector<Property>& list) {
  if (list.empty()) return;
  out_ += " WITH (";
  for (const Property& p : list) {
    if (&p != &list.front()) out_ += ", ";
    name(p.name);
    out_ += " = ";
    write(p.value);
  }
  out_ += ')';
}

void SqlWriter::statement(const Statement& s) {
  std::visit([this](const auto& node) { write(node); }, s.node);
}

void SqlWriter::write(const CreateSource& s) {
  out_ += "CREATE ";
  if (s.or_replace) out_ += "OR REPLACE ";
  if (s.read_only) out_ += "SOURCE ";
  out_ += noun(s.kind);
  if (s.if_not_exists) out_ += "IF NOT EXISTS ";
  name(s.name);
  columns(s.columns);
  properties(s.properties);
}

void SqlWriter::write(const CreateAsSelect& s) {
  out_ += "CREATE ";
  if (s.or_replace) out_ += "OR REPLACE ";
  out_ += noun(s.kind);
  if (s.if_not_exists) out_ += "IF NOT EXISTS ";
  name(s.name);
  properties(s.properties);
  out_ += " AS ";
  query(s.query);
}

void SqlWriter::write(const InsertSelect& s) {
  out_ += "INSERT INTO ";
  name(s.name);
  properties(s.properties);
  out_ += ' ';
  query(s.query);
}

void SqlWriter::write(const InsertValues& s) {
  out_ += "INSERT INTO ";
  name(s.name);
  if (!s.columns.empty()) {
    out_ += " (";
    names(s.columns);
    out_ += ')';
  }
  out_ += " VALUES ";
  for (const auto& values : s.rows) {
    if (&values != &s.rows.front()) out_ += ", ";
    row(values);
  }
}

void SqlWriter::write(const Select& s) { query(s.query); }

void SqlWriter::write(const DropSource& s) {
  out_ += "DROP ";
  out_ += noun(s.kind);
  if (s.if_exists) out_ += "IF EXISTS ";
  name(s.name);
  if (s.delete_topic) out_ += " DELETE TOPIC";
}

void SqlWriter::write(const AlterSource& s) {
  out_ += "ALTER ";
  out_ += noun(s.kind);
  name(s.name);
  for (const ColumnDefinition& c : s.added) {
    out_ += &c == &s.added.front() ? " ADD COLUMN " : ", ADD COLUMN ";
    column(c);
  }
}

void SqlWriter::write(const CreateType& s) {
  out_ += "CREATE TYPE ";
  if (s.if_not_exists) out_ += "IF NOT EXISTS ";
  name(s.name);
  out_ += " AS ";
  type(s.type);
}

void SqlWriter::write(const DropType& s) {
  out_ += "DROP TYPE ";
  if (s.if_exists) out_ += "IF EXISTS ";
  name(s.name);
}

void SqlWriter::write(const CreateConnector& s) {
  out_ += s.sink ? "CREATE SINK CONNECTOR " : "CREATE SOURCE CONNECTOR ";
  if (s.if_not_exists) out_ += "IF NOT EXISTS ";
  name(s.name);
  properties(s.properties);
}

void SqlWriter::write(const DropConnector& s) {
  out_ += "DROP CONNECTOR ";
  if (s.if_exists) out_ += "IF EXISTS ";
  name(s.name);
}

void SqlWriter::write(const ControlQuery& s) {
  switch (s.action) {
    case QueryAction::terminate: out_ += "TERMINATE "; break;
    case QueryAction::pause: out_ += "PAUSE "; break;
    case QueryAction::resume: out_ += "RESUME "; break;
  }
  if (s.id) {
    name(*s.id);
  } else {
    out_ += "ALL";
  }
}

void SqlWriter::write(const Explain& s) {
  out_ += "EXPLAIN ";
  if (s.id) {
    name(*s.id);
  } else {
    statement(*s.statement);
  }
}

void SqlWriter::write(const Show& s) {
  if (s.all) {
    out_ += "SHOW ALL TOPICS";
  } else {
    out_ += kind_of(Statement{s});
  }
  if (s.extended) out_ += " EXTENDED";
}

void SqlWriter::write(const Describe& s) {
  out_ += kind_of(Statement{s});
  if (s.what != DescribeWhat::all_streams && s.what != DescribeWhat::all_tables) {
    out_ += ' ';
    name(s.name);
  }
  if (s.extended) out_ += " EXTENDED";
}

void SqlWriter::write(const Print& s) {
  out_ += "PRINT ";
  name(s.topic);
  if (s.from_beginning) out_ += " FROM BEGINNING";
  if (s.interval) out_ += " INTERVAL " + std::to_string(*s.interval);
  if (s.limit) out_ += " LIMIT " + std::to_string(*s.limit);
}

void SqlWriter::write(const SetProperty& s) {
  out_ += s.system ? "ALTER SYSTEM " : "SET ";
  out_ += quote(s.name, '\'') + " = " + quote(s.value, '\'');
}

void SqlWriter::write(const UnsetProperty& s) { out_ += "UNSET " + quote(s.name, '\''); }

void SqlWriter::write(const DefineVariable& s) {
  out_ += "DEFINE ";
  name(s.name);
  out_ += " = " + quote(s.value, '\'');
}

void SqlWriter::write(const UndefineVariable& s) {
  out_ += "UNDEFINE ";
  name(s.name);
}

void SqlWriter::write(const RunScript& s) { out_ += "RUN SCRIPT " + quote(s.file, '\''); }

void SqlWriter::write(const AssertTopic& s) {
  out_ += s.exists ? "ASSERT TOPIC " : "ASSERT NOT EXISTS TOPIC ";
  name(s.topic);
  properties(s.properties);
  if (s.timeout) {
    out_ += " TIMEOUT ";
    duration(*s.timeout);
  }
}

void SqlWriter::write(const AssertSchema& s) {
  out_ += s.exists ? "ASSERT SCHEMA" : "ASSERT NOT EXISTS SCHEMA";
  if (s.subject) {
    out_ += " SUBJECT ";
    name(*s.subject);
  }
  if (s.id) out_ += " ID " + std::to_string(*s.id);
  if (s.timeout) {
    out_ += " TIMEOUT ";
    duration(*s.timeout);
  }
}

void SqlWriter::write(const AssertValues& s) {
  out_ += s.tombstone ? "ASSERT NULL VALUES " : "ASSERT VALUES ";
  name(s.name);
  if (!s.columns.empty()) {
    out_ += " (";
    names(s.columns);
    out_ += ')';
  }
  out_ += s.tombstone ? " KEY " : " VALUES ";
  row(s.values);
}

void SqlWriter::write(const AssertSource& s) {
  out_ += "ASSERT ";
  out_ += noun(s.kind);
  name(s.name);
  columns(s.columns);
  properties(s.properties);
}

}  // namespace leat::sql
