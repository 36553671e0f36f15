// How attempts ended, as the state keeps it: values for status, page and log.
#pragma once

#include <optional>

#include "common/error.h"
#include "common/timestamp.h"

namespace mdh {

struct Failure {
  Error error;
  WallTime at{};
  WallTime since{};  // the first of the failures that go on
};

// A refresh attempt that ended, for the page's timeline, or several of one minute that ended alike;
// the engine keeps the last day's.
struct Attempt {
  WallTime at{};
  std::optional<ErrorClass> failed;  // nothing: succeeded
  int times = 1;
};

}  // namespace mdh
