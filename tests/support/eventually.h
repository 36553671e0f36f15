// For what holds unless the machine was too slow just then: tried again until it is seen, so that
// no wall-clock time is asserted and only what never holds fails.
#pragma once

#include <chrono>
#include <functional>

namespace mdh::test {

// eventually() tells whether `seen` returned true within a minute.
inline bool eventually(const std::function<bool()>& seen) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < end) {
    if (seen()) return true;
  }
  return false;
}

}  // namespace mdh::test
