#include "common/report/timeline.h"

namespace mdh {
namespace {

void count(TimelineSlot& slot, const Attempt& attempt) {
  if (attempt.failed) {
    slot.failed += attempt.times;
    slot.last_failure = attempt.failed;
  } else {
    slot.succeeded += attempt.times;
  }
}

}  // namespace

Timeline timeline(const std::deque<Attempt>& attempts, WallTime now) {
  const WallTime end(
      std::chrono::floor<std::chrono::duration<long, std::ratio<1800>>>(now.time_since_epoch()) +
      kTimelineSlot);
  const WallTime start = end - kTimelineSlot * kTimelineSlots;
  Timeline day;
  for (std::size_t i = 0; i < day.size(); ++i) {
    day[i].from = start + kTimelineSlot * static_cast<int>(i);
  }
  for (const Attempt& attempt : attempts) {
    if (attempt.at < start || attempt.at >= end) continue;
    count(day[static_cast<std::size_t>((attempt.at - start) / kTimelineSlot)], attempt);
  }
  return day;
}

DayCount count_day(const Timeline& day) {
  DayCount total;
  for (const TimelineSlot& slot : day) {
    total.succeeded += slot.succeeded;
    total.failed += slot.failed;
  }
  return total;
}

}  // namespace mdh
