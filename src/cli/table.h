#pragma once
#include <string>
#include <vector>

namespace leat::cli {

/// A table for terminals: columns as wide as their widest cell, cut with an ellipsis so that a row
/// fits the width of the terminal (piped output is not cut).
class Table {
 public:
  /// `right`: columns that are aligned to the right (numbers).
  explicit Table(std::vector<std::string> columns, std::vector<bool> right = {});
  void add(std::vector<std::string> row);
  size_t rows() const { return rows_.size(); }
  /// The whole table as text. `width` 0: not cut.
  std::string render(size_t width) const;
  /// Prints to stdout.
  void print() const;

 private:
  std::vector<size_t> widths(size_t width) const;
  std::vector<std::string> columns_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

/// Columns of the terminal that stdout is; 0 when it is none.
size_t terminal_width();
/// Characters that UTF-8 text takes on a terminal, near enough: its code points.
size_t display_width(std::string_view text);

}  // namespace leat::cli
