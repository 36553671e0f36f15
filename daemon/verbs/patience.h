// How long a verb asks again and again. Reads the clock and sleeps; one thread.
#pragma once

#include <algorithm>
#include <optional>
#include <thread>

#include "common/timestamp.h"
#include "daemon/system/clock.h"

namespace mdh {

// Patience pauses longer each time and never past the end.
class Patience {
 public:
  // Without a limit it is never over().
  explicit Patience(std::optional<milliseconds> limit) {
    if (limit) end_ = read_clocks().boot + *limit;
  }
  bool over() const { return end_ && read_clocks().boot >= *end_; }
  void pause() {
    const milliseconds left = end_ ? *end_ - read_clocks().boot : pause_;
    std::this_thread::sleep_for(std::max(std::min(pause_, left), milliseconds(1)));
    pause_ = std::min(pause_ * 3 / 2, kLongestPause);
  }

 private:
  std::optional<BootTime> end_;
  static constexpr milliseconds kLongestPause{1000};
  milliseconds pause_{50};
};

}  // namespace mdh
