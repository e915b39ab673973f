// Tables of a running topology, read by whoever has a key as its topic has it.
#include <algorithm>
#include <numeric>

#include "data/canonical_key.h"
#include "data/record_batch.h"
#include "runtime/wait.h"
#include "streams/engine.h"

namespace leat::streams {
namespace {

constexpr FormatSpec kKafka{FormatKind::kafka, ',', true};

Result<EncodedRows> encoded(const std::vector<Field>& fields, bool is_key, const Column& column,
                            size_t rows) {
  LEAT_TRY(auto encoder, make_encoder(kKafka, fields, is_key));
  EncodedRows out;
  RowErrors errors;
  encoder->encode({&column}, rows, nullptr, out, errors);
  if (!errors.empty()) return std::move(errors.front().error);
  return out;
}

}  // namespace

Result<std::string> Engine::canonical(const Schema& schema, const std::string& key) const {
  LEAT_TRY(auto decoder, make_decoder(kKafka, schema.key, true));
  Column column(schema.key.front().type);
  Arena arena;
  RowErrors errors;
  const ByteView row(key.data(), key.size());
  decoder->decode({&row, 1}, {&column}, arena, errors);
  if (!errors.empty()) return std::move(errors.front().error).with_context("the key asked for");
  std::string out;
  append_canonical(out, column, 0);
  return out;
}

Result<std::vector<RawRow>> Engine::rows_of(const runtime::Runtime::ViewInfo& info,
                                            const runtime::ViewRows& rows) {
  const Batch& batch = *rows.rows;
  LEAT_TRY(EncodedRows keys, encoded(info.schema.key, true, batch.columns[0], batch.rows()));
  LEAT_TRY(EncodedRows values, encoded(info.schema.value, false, batch.columns[1], batch.rows()));
  // Tasks answer one after the other: by key, and within it by window.
  std::vector<size_t> order(batch.rows());
  std::iota(order.begin(), order.end(), 0);
  if (!rows.keys.empty())
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return rows.keys[a] < rows.keys[b]; });
  std::vector<RawRow> out;
  out.reserve(order.size());
  for (size_t row : order) {
    RawRow& made = out.emplace_back();
    made.key = keys.row(row);
    made.value = values.row(row);
    if (batch.window_start.empty()) continue;
    made.window_start = batch.window_start[row];
    made.window_end = batch.window_end[row];
  }
  return out;
}

Result<std::vector<RawRow>> Engine::look(const std::string& view,
                                         const std::optional<std::string>& key) {
  if (!started_)
    return Error(ErrorCode::unavailable,
                 "the application does not run, so nothing can be read: " + view, "start it first");
  LEAT_TRY(auto info, runtime_->view(view));
  runtime::ViewRead read;
  read.view = view;
  if (key) {
    LEAT_TRY(read.key, canonical(info.schema, *key));
  } else {
    read.range.ordered = true;
  }
  auto answer = runtime::wait<std::shared_ptr<runtime::ReadAnswer>>(pump(), [&](auto done) {
    runtime::ReadRequest request;
    request.views.push_back(std::move(read));
    runtime_->read(std::move(request), [done](Result<runtime::ReadAnswer> result) {
      if (!result.has_value()) return done(std::move(result).error());
      done(std::make_shared<runtime::ReadAnswer>(*std::move(result)));
    });
  });
  if (!answer.has_value()) return std::move(answer).error();
  return rows_of(info, (*answer)->views.front());
}

}  // namespace leat::streams
