#pragma once
#include <string>
#include <vector>

#include "service/application.h"

namespace leat::service {

/// Builds an answer of text columns, for SHOW, DESCRIBE and EXPLAIN.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> columns);
  void add(const std::vector<std::string>& row);
  StatementResult take() { return std::move(result_); }

 private:
  StatementResult result_;
};

}  // namespace leat::service
