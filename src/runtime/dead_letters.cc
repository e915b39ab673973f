#include "runtime/dead_letters.h"

#include <algorithm>
#include <span>

#include "data/record_batch.h"

namespace leat::runtime {
namespace {

/// The pieces of one letter that are cut when it is too large: the value first, then the key;
/// headers go whole.
struct Body {
  ByteView key, value;
  std::vector<RecordHeader> headers;
  std::string original_bytes;  // set when something was cut
};

Body body_of(const exec::DeadLetter& letter) {
  Body body;
  if (!letter.null_key) body.key = letter.key.empty() ? ByteView("") : ByteView(letter.key);
  if (!letter.null_value) body.value = letter.value.empty() ? ByteView("") : ByteView(letter.value);
  size_t bytes = letter.key.size() + letter.value.size() + letter.headers.size();
  if (bytes > kDeadLetterBytesMax) {
    body.original_bytes = std::to_string(bytes);
    body.key = body.key.substr(0, kDeadLetterBytesMax / 4);
    body.value = body.value.substr(0, kDeadLetterBytesMax / 2);
  }
  if (letter.headers.size() <= kDeadLetterBytesMax / 4 && !letter.headers.empty()) {
    auto headers = decode_headers(letter.headers);
    if (headers.has_value()) body.headers = *std::move(headers);
  }
  return body;
}

/// Whether one of `batches` holds the letter's record, which it then has.
bool take_record(std::span<const ByteView> batches, exec::DeadLetter& letter) {
  RecordColumns records;
  for (ByteView batch : batches)
    if (!decode_records(batch, records).has_value()) return false;
  auto found = std::find(records.offsets.begin(), records.offsets.end(), letter.offset);
  if (found == records.offsets.end()) return false;
  auto row = static_cast<size_t>(found - records.offsets.begin());
  letter.null_key = is_null(records.keys[row]);
  letter.null_value = is_null(records.values[row]);
  if (!letter.null_key) letter.key = records.keys[row];
  if (!letter.null_value) letter.value = records.values[row];
  if (!records.headers.empty()) letter.headers = records.headers[row];
  letter.timestamp = records.timestamps[row];
  return true;
}

}  // namespace

void look_up_records(Log& log, const UnwrittenBatches& unwritten,
                     std::vector<exec::DeadLetter>& letters) {
  for (exec::DeadLetter& letter : letters) {
    if (letter.at_hand || letter.offset < 0) continue;
    auto topic = log.topic(letter.topic);
    if (!topic.has_value()) continue;
    TopicPartition partition{topic->id, PartitionId(letter.partition)};
    letter.at_hand = take_record(unwritten(partition), letter);
    if (letter.at_hand) continue;
    auto fetched = log.read(partition, Offset(letter.offset), 1, Visibility::appended);
    if (fetched.has_value()) letter.at_hand = take_record(fetched->batches, letter);
  }
}

std::string dead_letter_topic(const std::string& application) {
  return application + "-dead-letters";
}

std::vector<DeadLetterBatch> encode_dead_letters(const std::vector<exec::DeadLetter>& letters) {
  std::vector<DeadLetterBatch> batches;
  RecordBatchBuilder builder;
  auto finish = [&] {
    if (builder.count() == 0) return;
    batches.push_back({std::string(builder.finish()), static_cast<int32_t>(builder.count())});
    builder.clear();
  };
  for (const exec::DeadLetter& letter : letters) {
    Body body = body_of(letter);
    std::string partition = std::to_string(letter.partition);
    std::string offset = std::to_string(letter.offset);
    size_t slash = letter.stage.find('/');
    std::string query = letter.stage.substr(0, slash);
    std::string stage = slash == std::string::npos ? std::string() : letter.stage.substr(slash + 1);
    ByteView message = ByteView(letter.message).substr(0, 4096);
    body.headers.insert(body.headers.end(), {{"leat.error.code", name_of(letter.code)},
                                             {"leat.error.message", message},
                                             {"leat.error.topic", letter.topic},
                                             {"leat.error.partition", partition},
                                             {"leat.error.offset", offset},
                                             {"leat.error.query", query},
                                             {"leat.error.stage", stage}});
    if (!body.original_bytes.empty())
      body.headers.push_back({"leat.error.cut", body.original_bytes});
    builder.add(letter.timestamp, body.key, body.value, encode_headers(body.headers));
    if (builder.bytes() >= kDeadLetterBatchBytes) finish();
  }
  finish();
  return batches;
}

}  // namespace leat::runtime
