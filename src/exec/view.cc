#include "exec/view.h"

#include "exec/batch_rows.h"
#include "exec/table_reader.h"
#include "exec/task_impl.h"

namespace leat::exec {
namespace {

constexpr size_t kRowsAtOnce = 1024;
constexpr TimeMs kWindowsAtOnce = 4096;  // point lookups for one key

// The node whose rows the query is about: what its sink writes, or the last one.
int result_node(const plan::Query& query) {
  for (const plan::Node& node : query.nodes)
    if (std::holds_alternative<plan::Sink>(node.op)) return node.inputs.front();
  return static_cast<int>(query.nodes.size()) - 1;
}

class TableView final : public View {
 public:
  TableView(std::shared_ptr<const plan::Query> query, TableReader reader)
      : query_(std::move(query)), reader_(std::move(reader)) {}

  const Schema& schema() const override { return reader_.last().schema; }
  const std::optional<plan::WindowSpec>& window() const override { return base().window; }
  int node() const override { return reader_.base(); }
  void set_now(TimeMs now) override { reader_.set_now(now); }

  Status lookup(Task& task, ByteView key, Batch& out) override;
  Status scan(Task& task, const Range& range, Batch& out, std::vector<std::string>& keys,
              bool& more) override;

 private:
  const plan::Node& base() const { return query_->nodes[static_cast<size_t>(reader_.base())]; }
  bool is_visible(ByteView key, TimeMs below) const {
    return below == INT64_MAX || state::WindowIndex::start_of(key) < below;
  }
  void take(const state::Entry& entry) {
    keys_.push_back(entry.key());
    values_.push_back(entry.value_bytes());
  }
  void take_windows(StatefulOperator& table, ByteView key);
  void append(StatefulOperator& table, Batch& out, std::vector<std::string>* keys, size_t limit);
  static Result<StatefulOperator*> table_of(Task& task, int node);

  std::shared_ptr<const plan::Query> query_;
  TableReader reader_;
  std::vector<ByteView> keys_, values_;
  Batch rows_;
};

Result<StatefulOperator*> TableView::table_of(Task& task, int node) {
  StatefulOperator* table = static_cast<OperatorTask&>(task).stateful(node);
  if (table == nullptr)
    return Error(ErrorCode::internal, "the task does not hold the state of the view");
  return table;
}

// All windows of a key. Where not many can be there, each is looked up by its own key: an index in
// the order of keys would cost every insert. Windows of a declared topic may start anywhere.
void TableView::take_windows(StatefulOperator& table, ByteView key) {
  const TimeMs below = table.visible_below();
  const std::optional<TimeMs> first = table.table().first_window_start();
  if (!first) return;
  const TimeMs size = base().window->size_ms;
  const bool aligned = std::holds_alternative<plan::Aggregate>(base().op);
  const TimeMs last = std::min(table.state.time, below == INT64_MAX ? below : below - 1);
  if (!aligned || (last - *first) / size > kWindowsAtOnce) {
    table.table().prefix_scan(key, SIZE_MAX, [&](const state::Entry& entry) {
      if (entry.key().size() == key.size() + 8 && is_visible(entry.key(), below)) take(entry);
      return true;
    });
    return;
  }
  std::string windowed(key);
  for (TimeMs start = *first; start <= last; start += size) {
    windowed.resize(key.size());
    append_be64(windowed, static_cast<uint64_t>(start) ^ (uint64_t{1} << 63));
    const state::Entry* entry = table.table().find(windowed);
    if (entry != nullptr) take(*entry);
  }
}

// Moves what was found through the steps behind the table, and on to `out`, up to `limit` rows.
void TableView::append(StatefulOperator& table, Batch& out, std::vector<std::string>* keys,
                       size_t limit) {
  reader_.read(table, keys_, values_, rows_);
  own_bytes(rows_);
  std::vector<uint32_t> kept;
  for (uint32_t row = 0; row < rows_.rows() && out.rows() + kept.size() < limit; ++row) {
    if (!rows_.present[row]) continue;
    kept.push_back(row);
    if (keys) keys->emplace_back(keys_[row]);
  }
  rows_.keep(kept);
  append_rows(rows_, 0, rows_.rows(), out);
  auto bytes = std::make_shared<Arena>(std::move(rows_.arena));
  rows_.arena = Arena();
  out.anchors.push_back(std::move(bytes));
  keys_.clear();
  values_.clear();
}

Status TableView::lookup(Task& task, ByteView key, Batch& out) {
  LEAT_TRY(StatefulOperator * table, table_of(task, reader_.base()));
  keys_.clear();
  values_.clear();
  if (!table->windowed()) {
    const state::Entry* entry = table->table().find(key);
    if (entry != nullptr) take(*entry);
  } else {
    take_windows(*table, key);
  }
  append(*table, out, nullptr, SIZE_MAX);
  return {};
}

Status TableView::scan(Task& task, const Range& range, Batch& out, std::vector<std::string>& keys,
                       bool& more) {
  LEAT_TRY(StatefulOperator * table, table_of(task, reader_.base()));
  keys_.clear();
  values_.clear();
  more = false;
  const TimeMs below = table->visible_below();
  // One row past the limit tells whether there is more.
  const size_t before = out.rows();
  const size_t limit = range.limit == SIZE_MAX ? SIZE_MAX : before + range.limit;
  const size_t probe = limit == SIZE_MAX ? SIZE_MAX : limit + 1;
  auto visit = [&](const state::Entry& entry) {
    if (is_visible(entry.key(), below)) take(entry);
    if (keys_.size() >= kRowsAtOnce) append(*table, out, &keys, probe);
    return out.rows() < probe;
  };
  const bool bounded = !range.from.empty() || range.to.has_value();
  if (range.ordered || bounded || range.limit != SIZE_MAX) {
    ByteView to = range.to ? ByteView(*range.to) : ByteView();
    table->table().ordered_scan(range.from, to, SIZE_MAX, visit);
  } else {
    table->table().for_each([&](const state::Entry& entry) { visit(entry); });
  }
  if (!keys_.empty()) append(*table, out, &keys, probe);
  if (out.rows() <= limit) return {};
  more = true;
  std::vector<uint32_t> kept(limit);
  for (uint32_t row = 0; row < limit; ++row) kept[row] = row;
  out.keep(kept);
  keys.pop_back();
  return {};
}

}  // namespace

Result<std::unique_ptr<View>> View::of(std::shared_ptr<const plan::Query> query,
                                       const TaskOptions& options) {
  return of(query, result_node(*query), options);
}

Result<std::unique_ptr<View>> View::of(std::shared_ptr<const plan::Query> query, int node,
                                       const TaskOptions& options) {
  LEAT_TRY(TableReader reader, TableReader::of(*query, node, options));
  return std::unique_ptr<View>(std::make_unique<TableView>(std::move(query), std::move(reader)));
}

}  // namespace leat::exec
