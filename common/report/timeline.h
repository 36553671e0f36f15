// The last day's refresh attempts in slots of half an hour, aligned to the clock so that they stand
// still between two looks. Pure.
#pragma once

#include <array>
#include <deque>
#include <optional>

#include "common/state/state.h"

namespace mdh {

struct TimelineSlot {
  WallTime from{};
  int succeeded = 0;
  int failed = 0;
  std::optional<ErrorClass> last_failure;
};

inline constexpr std::size_t kTimelineSlots = 48;
inline constexpr std::chrono::minutes kTimelineSlot{30};
using Timeline = std::array<TimelineSlot, kTimelineSlots>;

// timeline() is oldest first; the last slot is the one that holds `now`. Attempts outside are left
// out.
Timeline timeline(const std::deque<Attempt>& attempts, WallTime now);

// What a sentence about the day needs.
struct DayCount {
  int succeeded = 0;
  int failed = 0;
};
DayCount count_day(const Timeline& day);

}  // namespace mdh
