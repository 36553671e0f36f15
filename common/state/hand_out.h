// One row of the record: how often a user was given a profile's credentials in one form.
#pragma once

#include <cstdint>
#include <string>

#include "common/timestamp.h"

namespace mdh {

struct HandOut {
  std::uint32_t user = 0;  // 0xffffffff: the kernel could not say
  std::string profile;
  std::string form;  // "container", "imds" or "socket"
  std::uint64_t count = 1;
  WallTime first{};
  WallTime last{};

  bool operator==(const HandOut&) const = default;
};

}  // namespace mdh
