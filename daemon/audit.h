// The audit line of a refused caller: who, what, why. So many lines a minute and no more, so that a
// flood of refusals cannot fill the journal; what was left out is counted in the next line. Loop's
// thread only.
#pragma once

#include <string_view>

#include "common/guard.h"
#include "common/timestamp.h"

namespace mdh {

class Audit {
 public:
  // refused() logs that the peer was refused the route for the refusal's reason.
  void refused(const Refusal& refusal, Route route, const Peer& peer, BootTime now);

 private:
  bool may_speak(BootTime now);

  BootTime minute_{};
  int spoken_ = 0;
  std::size_t silent_ = 0;
};

}  // namespace mdh
