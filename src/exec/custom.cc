#include "exec/custom.h"

#include <exception>

#include "exec/batch_rows.h"

namespace leat::exec {

Status CustomOperator::process(Batch& in, size_t) {
  out_.clear();
  shape(out_, description().kind, description().schema);
  coordinates_.timestamps = in.timestamps;
  coordinates_.offsets = in.offsets;
  coordinates_.partitions = in.partitions;
  errors_.clear();
  try {
    LEAT_CHECK(step_.process(in, out_, errors_));
  } catch (const std::exception& e) {
    return Error(ErrorCode::invalid_data,
                 "the step " + description().id + " threw: " + std::string(e.what()),
                 "let it report the row instead, then the rest of the batch goes on");
  }
  if (!errors_.empty()) LEAT_CHECK(reject(coordinates_, errors_));
  return emit(out_);
}

}  // namespace leat::exec
