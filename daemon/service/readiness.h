// Tells the service manager that the daemon is ready: once every profile had its first attempt, or
// after a while. Loop's thread only.
#pragma once

#include <functional>

#include "common/state/state.h"
#include "daemon/service/notifier.h"
#include "daemon/system/event_loop.h"

namespace mdh {

class Readiness {
 public:
  // `due` is called when sync() must be, whatever the state.
  Readiness(EventLoop& loop, Notifier& notifier, std::function<void()> due);
  void sync(const State& state, Now now);

 private:
  Notifier& notifier_;
  BootTime at_last_;
  bool told_ = false;
};

}  // namespace mdh
