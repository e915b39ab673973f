#pragma once

namespace leat::cli {

/// Turns SIGINT and SIGTERM into a wish to stop, and ignores SIGPIPE. Once, from the main thread,
/// before any other.
void catch_stop_signals();
/// Waits until a stop signal came, or request_stop().
void wait_for_stop();
/// Makes wait_for_stop() return, from any thread.
void request_stop();
bool stop_requested();
/// Forgets a stop that was asked for: Ctrl-C in a shell ends what runs there, not the shell.
void forget_stop();

}  // namespace leat::cli
