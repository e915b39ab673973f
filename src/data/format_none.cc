#include "data/format_makers.h"
#include "data/row_writer.h"

namespace leat {
namespace {

class NoneDecoder final : public RowDecoder {
 public:
  void decode(std::span<const ByteView>, const std::vector<Column*>&, Arena&, RowErrors&) override {
  }
};

class NoneEncoder final : public RowEncoder {
 public:
  void encode(const std::vector<const Column*>&, size_t rows, const uint8_t*, EncodedRows& out,
              RowErrors&) override {
    writer_.begin(out, rows);
    for (size_t i = 0; i < rows; ++i) writer_.null_row();
    writer_.finish();
  }

 private:
  RowWriter writer_;
};

}  // namespace

std::unique_ptr<RowDecoder> make_none_decoder() { return std::make_unique<NoneDecoder>(); }
std::unique_ptr<RowEncoder> make_none_encoder() { return std::make_unique<NoneEncoder>(); }

}  // namespace leat
