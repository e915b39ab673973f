#include "service/text_table.h"

namespace leat::service {

TextTable::TextTable(std::vector<std::string> columns) {
  result_.rows = std::make_unique<Batch>();
  for (std::string& name : columns) {
    result_.columns.push_back({std::move(name), Type::string()});
    result_.rows->columns.emplace_back(Type::string());
  }
}

void TextTable::add(const std::vector<std::string>& row) {
  Batch& rows = *result_.rows;
  for (size_t c = 0; c < row.size(); ++c) {
    Column one(Type::string());
    one.resize(1);
    one.at<ByteView>(0) = rows.arena.copy(row[c]);
    rows.columns[c].append_from(one, 0);
  }
  rows.timestamps.push_back(0);
  rows.present.push_back(1);
}

}  // namespace leat::service
