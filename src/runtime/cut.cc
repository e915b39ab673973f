#include "runtime/cut.h"

#include <algorithm>
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

}  // namespace leat::runtime
