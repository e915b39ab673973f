#include "cli/signals.h"

#include <semaphore.h>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace leat::cli {
namespace {
// sem_post is one of the few things that a signal handler may do.
sem_t g_stop;
std::atomic<bool> g_requested{false};

void on_signal(int) { request_stop(); }
}  // namespace

void catch_stop_signals() {
  sem_init(&g_stop, 0, 0);
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

void wait_for_stop() {
  while (!g_requested.load()) {
    if (sem_wait(&g_stop) != 0 && errno != EINTR) return;
  }
}

void request_stop() {
  g_requested.store(true);
  sem_post(&g_stop);
}

void forget_stop() {
  g_requested.store(false);
  while (sem_trywait(&g_stop) == 0) {
  }
}

bool stop_requested() { return g_requested.load(); }

}  // namespace leat::cli
