// The whole program, from its start on an empty directory to its first answer over HTTP.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "benchmarks/meter.h"
#include "benchmarks/runs.h"
#include "io/clock.h"

extern char** environ;

namespace leat::benchmarks {
namespace {

constexpr const char* kStatements =
    "CREATE STREAM events (id STRING KEY, v BIGINT) WITH (kafka_topic = 'events', key_format = "
    "'KAFKA', value_format = 'DELIMITED');\n"
    "CREATE TABLE counts AS SELECT id, COUNT(*) AS n FROM events GROUP BY id EMIT CHANGES;\n";

/// A running program, ended with the object.
class Program {
 public:
  static Result<std::unique_ptr<Program>> start(const std::vector<std::string>& arguments) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) return Error(ErrorCode::io, "no pipe to the program");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    pid_t pid = -1;
    int failed = ::posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    if (failed != 0) {
      ::close(pipe[0]);
      return Error(ErrorCode::io, "the program cannot be started");
    }
    return std::unique_ptr<Program>(new Program(pid, pipe[0]));
  }
  ~Program() {
    ::kill(pid_, SIGTERM);
    ::close(out_);
    ::waitpid(pid_, nullptr, 0);
  }
  /// The first line that it prints.
  std::string first_line() const {
    std::string line;
    for (char c; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

 private:
  Program(pid_t pid, int out) : pid_(pid), out_(out) {}
  pid_t pid_;
  int out_;
};

/// Asks for the views and reads the status of the answer.
Result<int> first_answer(uint16_t port) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  constexpr std::string_view kRequest =
      "GET /v1/views HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
  char answer[64] = {};
  bool good = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
              ::send(fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) > 0 &&
              ::recv(fd, answer, sizeof answer - 1, 0) > 12;
  ::close(fd);
  if (!good) return Error(ErrorCode::io, "the started program does not answer");
  return std::atoi(answer + 9);
}

/// Milliseconds of one start.
Result<double> one_start(const std::string& directory, int64_t i) {
  std::string data = directory + "/start-" + std::to_string(i);
  int64_t begin = io::system_clock().monotonic_ns();
  LEAT_TRY(auto program, Program::start({"leat", "run", directory + "/start.sql", "--data", data,
                                         "--listen", "127.0.0.1:0"}));
  std::string line = program->first_line();
  size_t colon = line.rfind(':');
  if (colon == std::string::npos)
    return Error(ErrorCode::internal, "the started program said: " + line);
  LEAT_TRY(int status, first_answer(static_cast<uint16_t>(std::atoi(line.c_str() + colon + 1))));
  if (status != 200)
    return Error(ErrorCode::internal, "the first answer has status " + std::to_string(status));
  return static_cast<double>(io::system_clock().monotonic_ns() - begin) / 1e6;
}

}  // namespace

Result<Measurement> run_start(const Request& request, const Benchmark& self) {
  std::ofstream(request.directory + "/start.sql") << kStatements;
  int64_t starts = std::max<int64_t>(self.records(request), 1);
  Measurement measured;
  measured.records = starts;
  std::vector<double> us;
  for (int64_t i = 0; i < starts; ++i) {
    LEAT_TRY(double ms, one_start(request.directory, i));
    us.push_back(ms * 1e3);
    measured.seconds += ms / 1e3;
  }
  // Of the programs that were started, not of this process.
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  measured.cpu_seconds = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  measured.rss_bytes = static_cast<uint64_t>(usage.ru_maxrss) * 1024;
  measured.p50_us = percentile(us, 0.5);
  measured.p99_us = percentile(us, 0.99);
  return measured;
}

}  // namespace leat::benchmarks
