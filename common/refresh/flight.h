// A call to upstream that is under way. A value.
#pragma once

#include <cstdint>

#include "common/credentials.h"
#include "common/timestamp.h"

namespace mdh {

// Flight is a call that has not ended.
struct Flight {
  std::uint64_t id = 0;
  BootTime patience{};    // from here on it counts as stuck
  AccessTokenPtr token;   // exchange: what it presents
  bool outdated = false;  // token: signed with a key that has been replaced since
};

}  // namespace mdh
