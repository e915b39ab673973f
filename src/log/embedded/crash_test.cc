#include "log/embedded/log_model_testing.h"

namespace leat::testing_log {
namespace {

/// Opens, while the power keeps going (at most `cuts` times), until it stays.
void open_through_power_cuts(LogModel& model, uint64_t seed, int cuts) {
  for (; cuts > 0; --cuts) {
    model.disk().cut_power_at(1 + model.random().below(12));
    Status opened = model.open();
    model.crash();
    model.disk().power_cut(model.random());
    if (!opened) {
      ASSERT_NE(opened.error().code(), ErrorCode::corruption)
          << opened.error().to_string() << ", seed " << seed;
    }
  }
  Status opened = model.open();
  ASSERT_TRUE(opened.has_value()) << opened.error().to_string() << ", seed " << seed;
}

enum class End { power, process, disk_error };

size_t run(uint64_t seed, End end) {
  LogModel model(seed);
  EXPECT_TRUE(model.open().has_value());
  for (int life = 0; life < 6 && !testing::Test::HasFailure(); ++life) {
    uint64_t at = 1 + model.random().below(120);
    switch (end) {
      case End::power: model.disk().cut_power_at(at); break;
      case End::process: break;
      case End::disk_error:
        model.disk().fail(
            {.operation = model.random().chance(0.5) ? sim::Operation::write : sim::Operation::sync,
             .nth = 1 + at / 3});
        break;
    }
    for (uint64_t steps = 20 + model.random().below(200); steps > 0; --steps) model.step();
    model.crash();
    if (end == End::power) {
      model.disk().power_cut(model.random());
    } else {
      model.disk().kill_process();
      model.disk().clear_faults();
    }
    open_through_power_cuts(model, seed, end == End::power ? static_cast<int>(seed % 3) : 0);
  }
  model.close();
  return model.acknowledged();
}

void run_seeds(End end, uint64_t seeds) {
  size_t acknowledged = 0;
  for (uint64_t seed = 1; seed <= seeds && !testing::Test::HasFailure(); ++seed) {
    acknowledged += run(seed, end);
  }
  EXPECT_GT(acknowledged, seeds * 20) << "the runs did too little to show anything";
}

TEST(EmbeddedLogCrash, nothing_acknowledged_is_lost_when_the_power_goes_also_while_recovering) {
  run_seeds(End::power, 150);
}

TEST(EmbeddedLogCrash, nothing_acknowledged_is_lost_when_the_process_is_killed) {
  run_seeds(End::process, 50);
}

TEST(EmbeddedLogCrash, a_failed_write_or_sync_stops_the_log_and_loses_nothing_acknowledged) {
  run_seeds(End::disk_error, 100);
}

}  // namespace
}  // namespace leat::testing_log
