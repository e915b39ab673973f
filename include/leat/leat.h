#pragma once

/// Leat for C++ programs: build a Topology (leat/streams.h), run it (leat/app.h).
/// leat/testing.h, included by itself, runs it in tests.
#include "leat/app.h"
#include "leat/streams.h"
