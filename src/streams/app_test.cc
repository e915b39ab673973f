// Applications over a directory: threads, restarts, readers.
#include "leat/app.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

namespace leat {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class Directory {
 public:
  Directory() {
    char name[] = "/tmp/leat-app-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Topology counts() {
  Topology topology;
  topology.stream<std::string, std::string>("words")
      .group_by([](std::string_view word) { return word; })
      .count("counts")
      .to("counts");
  return topology;
}

std::vector<Record<std::string, std::string>> words(int n) {
  std::vector<Record<std::string, std::string>> records;
  for (int i = 0; i < n; ++i) records.push_back({"", "w" + std::to_string(i % 100), i});
  return records;
}

TEST(App, goes_on_after_a_restart_and_counts_each_record_once) {
  Directory directory;
  for (int run = 1; run <= 3; ++run) {
    App app(counts(), {.data = directory.path(), .threads = 2});
    app.produce("words", words(1000));
    app.run_to_end();
    auto view = app.view<std::string, int64_t>("counts");
    EXPECT_EQ(view.get("w7"), 10 * run);
    EXPECT_THAT(view.all(), SizeIs(100));
    app.stop();
  }
  App app(counts(), {.data = directory.path()});
  app.run_to_end();
  EXPECT_EQ((app.view<std::string, int64_t>("counts").get("w0")), 30);
}

TEST(App, is_read_from_other_threads_while_it_runs) {
  Directory directory;
  App app(counts(), {.data = directory.path()});
  app.start();
  std::atomic<bool> done{false};
  int64_t seen = 0;
  std::thread reader([&] {
    auto view = app.view<std::string, int64_t>("counts");
    while (!done) {
      const int64_t now = view.get("w1").value_or(0);
      EXPECT_GE(now, seen);
      seen = now;
    }
    seen = view.get("w1").value_or(0);
  });
  for (int i = 0; i < 20; ++i) app.produce("words", words(100));
  app.run_to_end();
  done = true;
  reader.join();
  EXPECT_EQ(seen, 20);
}

TEST(App, run_ends_when_it_is_stopped) {
  Directory directory;
  App app(counts(), {.data = directory.path()});
  std::thread runner([&] { app.run(); });
  app.produce("words", std::string("k"), std::string("w"));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  app.request_stop();
  runner.join();
  EXPECT_THROW((app.view<std::string, int64_t>("counts").get("w")), StreamsError);
}

TEST(App, says_who_has_the_directory_and_what_is_not_there) {
  Directory directory;
  App app(counts(), {.data = directory.path()});
  try {
    App second(counts(), {.data = directory.path()});
    FAIL() << "two processes cannot have one directory";
  } catch (const StreamsError& error) {
    EXPECT_EQ(error.code(), "busy");
  }
  EXPECT_THROW((app.view<std::string, int64_t>("counts").get("w")), StreamsError);  // not started
  app.start();
  try {
    app.view<std::string, int64_t>("nothing").get("w");
    FAIL() << "there is no such view";
  } catch (const StreamsError& error) {
    EXPECT_EQ(error.code(), "not-found");
  }
}

}  // namespace
}  // namespace leat
