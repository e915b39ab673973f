#include "streams/step.h"

#include <algorithm>

#include "data/opaque.h"
#include "exec/batch_rows.h"

namespace leat::streams {
namespace {

ColumnIn lend(const Column& column) { return {column.data<char>(), column.validity()}; }

bool is_struct(const Type& type) { return type.opaque != nullptr && type.opaque->size != 0; }

// A struct that was a key of state lies as the state's bytes do; lambdas read it where it lies.
void align_keys(Column& keys, Arena& arena) {
  if (!is_struct(keys.type())) return;
  auto* views = keys.data<ByteView>();
  for (size_t row = 0; row < keys.size(); ++row) {
    if (reinterpret_cast<uintptr_t>(views[row].data()) % 16 == 0) continue;
    char* copy = arena.allocate(views[row].size(), 16);
    std::memcpy(copy, views[row].data(), views[row].size());
    views[row] = {copy, views[row].size()};
  }
}

RowsIn lend(const Batch& in, const Schema& schema) {
  RowsIn rows;
  rows.rows = in.rows();
  size_t column = 0;
  if (!schema.key.empty()) rows.key = lend(in.columns[column++]);
  rows.value = lend(in.columns[column++]);
  if (schema.value.size() > 1) rows.other = lend(in.columns[column]);
  if (!in.window_start.empty()) {
    rows.window_start = in.window_start.data();
    rows.window_end = in.window_end.data();
  }
  return rows;
}

void report(size_t row, std::string_view message, RowErrors& errors) {
  errors.push_back(
      {static_cast<uint32_t>(row),
       Error(ErrorCode::invalid_data, "the step's function threw: " + std::string(message))});
}

class Reports final : public Failures {
 public:
  explicit Reports(RowErrors& errors) : errors_(errors) {}
  void fail(size_t row, std::string_view message) override { report(row, message, errors_); }

 private:
  RowErrors& errors_;
};

}  // namespace

class Step::Rows final : public RowsOut {
 public:
  Rows(Batch& out, size_t keys, RowErrors& errors) : out_(out), keys_(keys), errors_(errors) {}

  uint32_t* from(size_t rows) override {
    from_.resize(rows);
    return from_.data();
  }
  void* keys(size_t rows) override { return room(0, rows); }
  void* values(size_t rows) override { return room(keys_, rows); }
  void set_rows(size_t rows) override { from_.resize(rows); }
  void fail(size_t row, std::string_view message) override { report(row, message, errors_); }

  const std::vector<uint32_t>& from() const { return from_; }

 private:
  static constexpr size_t kChunkBytes = 16 << 10;

  void* room(size_t column, size_t rows) {
    out_.columns[column].resize(rows);
    return out_.columns[column].data<char>();
  }
  char* more(size_t n, size_t align) override {
    const size_t size = std::max(n, kChunkBytes);
    char* chunk = out_.arena.allocate(size, std::max<size_t>(align, 16));
    at_ = chunk + n;
    end_ = chunk + size;
    return chunk;
  }

  Batch& out_;
  size_t keys_;
  RowErrors& errors_;
  std::vector<uint32_t> from_;
};

Status Step::process(Batch& in, Batch& out, RowErrors& errors) const {
  const size_t keys_in = input_.key.size();
  if (keys_in > 0) align_keys(in.columns[0], in.arena);
  const bool makes_key =
      kind_ == StepKind::rows || kind_ == StepKind::keys || kind_ == StepKind::flat_rows;
  const bool makes_value = kind_ != StepKind::filter && kind_ != StepKind::keys;
  const size_t keys_out = makes_key ? 1 : keys_in;
  Rows rows(out, keys_out, errors);
  function_(lend(in, input_), rows);
  const size_t made = rows.from().size();
  if (kind_ == StepKind::filter) {
    std::swap(in, out);
    out.keep(rows.from());
    return {};
  }
  // Where every row gave one row, all that is not made is handed on as it is.
  const bool flat = kind_ == StepKind::flat || kind_ == StepKind::flat_rows;
  Batch picked;
  Batch* rest = &in;
  if (flat || made != in.rows()) {
    exec::gather_rows(in, rows.from(), picked);
    rest = &picked;
  }
  exec::take_coordinates(*rest, out);
  if (makes_key) {
    out.columns[0].truncate(made);
    out.window_start.clear();
    out.window_end.clear();
  } else if (keys_in > 0) {
    std::swap(out.columns[0], rest->columns[0]);
  }
  if (!makes_value) {
    std::swap(out.columns[keys_out], rest->columns[keys_in]);
    return {};
  }
  Column& values = out.columns[keys_out];
  values.truncate(made);
  if (std::find(out.present.begin(), out.present.end(), 0) != out.present.end())
    for (size_t row = 0; row < made; ++row)
      if (!out.present[row]) values.set_null(row);
  return {};
}

Status ToStream::process(Batch& in, Batch& out, RowErrors&) const {
  std::swap(in, out);
  out.kind = BatchKind::stream;
  out.old.clear();
  out.old_present.clear();
  return {};
}

void Fold::fold(const Batch& in, std::span<const uint32_t> rows, char* const* states,
                RowErrors& errors) const {
  Reports reports(errors);
  functions_.in_place(lend(in, input_), rows.data(), rows.size(), states, reports);
}

bool Fold::fold_one(const Batch& in, uint32_t row, ByteView before, std::string& after,
                    RowErrors& errors) const {
  Reports reports(errors);
  return functions_.any_size(lend(in, input_), row, before.data() == nullptr ? nullptr : &before,
                             after, reports);
}

}  // namespace leat::streams
