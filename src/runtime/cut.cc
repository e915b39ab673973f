#include "runtime/cut.h"

#include <algorithm>
#include <map>
#include <queue>

namespace leat::runtime {
namespace {

struct Head {
  TimeMs time;  // the largest event time of this input up to and with its next batch
  size_t input;
  bool operator>(const Head& other) const {
    return time != other.time ? time > other.time : input > other.input;
  }
};

}  // namespace

std::vector<size_t> choose_cut(const std::vector<std::vector<WaitingBatch>>& inputs,
                               size_t bytes_max) {
  std::vector<size_t> taken(inputs.size(), 0);
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (!inputs[i].empty()) heads.push({inputs[i][0].max_time, i});

  size_t bytes = 0;
  while (!heads.empty()) {
    Head head = heads.top();
    heads.pop();
    const WaitingBatch& batch = inputs[head.input][taken[head.input]];
    if (bytes > 0 && bytes + batch.bytes > bytes_max) break;
    bytes += batch.bytes;
    size_t next = ++taken[head.input];
    if (next < inputs[head.input].size())
      heads.push({std::max(head.time, inputs[head.input][next].max_time), head.input});
  }
  return taken;
}

namespace {

size_t bytes_of(const std::vector<WaitingBatch>& waiting) {
  size_t bytes = 0;
  for (const WaitingBatch& batch : waiting) bytes += batch.bytes;
  return bytes;
}

void cut_some(const std::vector<StagedInput>& inputs, const std::vector<size_t>& chosen,
              size_t bytes_max, std::vector<size_t>& cut) {
  std::vector<std::vector<WaitingBatch>> waiting;
  for (size_t i : chosen) waiting.push_back(inputs[i].waiting);
  std::vector<size_t> some = choose_cut(waiting, bytes_max);
  for (size_t n = 0; n < chosen.size(); ++n) cut[chosen[n]] = some[n];
}

}  // namespace

std::vector<size_t> choose_staged_cut(const std::vector<StagedInput>& inputs, size_t bytes_max) {
  std::vector<size_t> cut(inputs.size(), 0);
  std::map<size_t, std::vector<size_t>, std::greater<>> written;  // by stage
  std::vector<size_t> outside;
  for (size_t i = 0; i < inputs.size(); ++i)
    (inputs[i].written ? written[inputs[i].first_stage] : outside).push_back(i);

  size_t left = bytes_max;
  for (const auto& [stage, members] : written) {
    size_t bytes = 0;
    bool more = false;
    for (size_t i : members) {
      bytes += bytes_of(inputs[i].waiting);
      more = more || inputs[i].more;
    }
    if (more || bytes > left) {
      cut_some(inputs, members, left, cut);
      return cut;
    }
    for (size_t i : members) cut[i] = inputs[i].waiting.size();
    left -= bytes;
  }
  cut_some(inputs, outside, left, cut);
  return cut;
}

}  // namespace leat::runtime
