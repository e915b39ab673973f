// Counts words, exactly once, in a directory: run it again and it goes on counting.
//
//   wordcount [DIRECTORY]           reads lines from standard input
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <leat/leat.h>

namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  for (char c : line) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c >= 'a' && c <= 'z') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

}  // namespace

int main(int argc, char** argv) {
  leat::Topology topology;
  auto counts = topology.stream<leat::NoKey, std::string>("lines")
                    .flat_map_values(words_of)
                    .group_by([](std::string_view word) { return word; })
                    .count("counts");
  counts.to("word-counts");

  try {
    leat::App app(topology, {.data = argc > 1 ? argv[1] : "./leat-data", .id = "wordcount"});
    std::vector<leat::Record<leat::NoKey, std::string>> lines;
    for (std::string line; std::getline(std::cin, line);) lines.push_back({{}, line, 0});
    app.produce("lines", lines);
    app.run_to_end();
    for (const auto& [word, count] : app.view(counts).all())
      std::cout << word << ' ' << count << '\n';
    app.stop();
  } catch (const leat::StreamsError& error) {
    std::cerr << "wordcount: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
