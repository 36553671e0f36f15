#include "daemon/system/wake_event.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace mdh {
namespace {

bool rings(const WakeEvent& event) {
  pollfd one{event.fd(), POLLIN, 0};
  return poll(&one, 1, 0) == 1;
}

TEST(WakeEvent, IsReadableFromTheFirstRingToTheTake) {
  const WakeEvent event;
  EXPECT_FALSE(rings(event));
  event.ring();
  event.ring();
  EXPECT_TRUE(rings(event));
  EXPECT_TRUE(event.take());
  EXPECT_FALSE(rings(event));
}

TEST(WakeEvent, TakingWhatNobodyRangDoesNotWait) {
  const WakeEvent event;
  EXPECT_FALSE(event.take());
  EXPECT_FALSE(rings(event));
}

}  // namespace
}  // namespace mdh
