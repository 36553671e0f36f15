// The audit lines: who was refused what, and why. One line at once for each (reason, user), then at
// most one every ten seconds that tells how many it stands for, so that a flood cannot fill the
// journal. The loop's thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "common/endpoint/guard.h"
#include "common/timestamp.h"
#include "daemon/system/log.h"

namespace mdh {

struct AuditLine {
  std::string message;
  LogFields fields;
};

class Audit {
 public:
  // refused() is the line to log now, or nothing when it is counted towards a later one.
  std::optional<AuditLine> refused(const Refusal& refusal, Route route, const Peer& peer,
                                   BootTime now);

 private:
  struct Pause {
    BootTime until{};
    std::uint64_t held_back = 0;
  };
  std::map<std::pair<std::string_view, std::uint32_t>, Pause> pauses_;
};

}  // namespace mdh
