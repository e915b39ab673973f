#include "cli/table.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace leat::cli {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kColumnMin = 8;

/// The first `width` code points of `text`, the last of them an ellipsis where it was longer.
std::string fit(const std::string& text, size_t width) {
  if (display_width(text) <= width) return text;
  std::string out;
  size_t points = 0;
  for (char c : text) {
    bool starts = (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    if (starts && ++points >= width) break;
    out += c;
  }
  return out + "…";
}

}  // namespace

size_t terminal_width() {
  winsize size{};
  if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

size_t display_width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

Table::Table(std::vector<std::string> columns, std::vector<bool> right)
    : columns_(std::move(columns)), right_(std::move(right)) {
  right_.resize(columns_.size(), false);
}

void Table::add(std::vector<std::string> row) {
  row.resize(columns_.size());
  rows_.push_back(std::move(row));
}

std::vector<size_t> Table::widths(size_t width) const {
  std::vector<size_t> widths;
  for (const std::string& column : columns_) widths.push_back(display_width(column));
  for (const auto& row : rows_)
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], display_width(row[c]));
  if (width == 0) return widths;
  // Take from the widest until it fits.
  auto total = [&] {
    return std::accumulate(widths.begin(), widths.end(), size_t{0}) + kGap * (widths.size() - 1);
  };
  while (total() > width) {
    auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kColumnMin) break;
    --*widest;
  }
  return widths;
}

std::string Table::render(size_t width) const {
  std::vector<size_t> size = widths(width);
  auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (size_t c = 0; c < cells.size(); ++c) {
      std::string cell = fit(cells[c], size[c]);
      std::string pad(size[c] - std::min(size[c], display_width(cell)), ' ');
      if (c > 0) out.append(kGap, ' ');
      bool last = c + 1 == cells.size();
      out += right_[c] ? pad + cell : last ? cell : cell + pad;
    }
    return out + "\n";
  };
  std::string out = line(columns_);
  std::vector<std::string> rule;
  for (size_t n : size) {
    std::string dashes;
    for (size_t i = 0; i < n; ++i) dashes += "─";
    rule.push_back(dashes);
  }
  out += line(rule);
  for (const auto& row : rows_) out += line(row);
  return out;
}

void Table::print() const { std::fputs(render(terminal_width()).c_str(), stdout); }

}  // namespace leat::cli
