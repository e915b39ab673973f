#include "runtime/dead_letters.h"

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

}  // namespace

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
