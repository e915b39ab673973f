#include "streams/stop_signal.h"

namespace leat::streams {
namespace {

// A handler has nothing else that it could reach.
volatile std::sig_atomic_t g_came = 0;
void note(int) { g_came = 1; }

}  // namespace

StopSignal::StopSignal() {
  g_came = 0;
  struct sigaction action {};
  action.sa_handler = note;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &interrupt_);
  sigaction(SIGTERM, &action, &terminate_);
}

StopSignal::~StopSignal() {
  sigaction(SIGINT, &interrupt_, nullptr);
  sigaction(SIGTERM, &terminate_, nullptr);
}

bool StopSignal::came() const { return g_came != 0; }

}  // namespace leat::streams
