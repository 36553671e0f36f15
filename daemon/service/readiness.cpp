#include "daemon/service/readiness.h"

#include "common/state/condition.h"
#include "daemon/system/clock.h"
#include "daemon/system/process_hygiene.h"

namespace mdh {
namespace {

constexpr milliseconds kAtLast{15000};

}  // namespace

Readiness::Readiness(EventLoop& loop, Notifier& notifier, std::function<void()> due)
    : notifier_(notifier), at_last_(read_clocks().boot + kAtLast) {
  EventLoop::set_timer(loop.add_timer(std::move(due)), at_last_);
}

void Readiness::sync(const State& state, Now now) {
  if (told_ || (!all_settled(state, now) && now.boot < at_last_)) return;
  told_ = true;
  notifier_.ready();
  release_start_up();
}

}  // namespace mdh
