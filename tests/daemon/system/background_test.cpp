// Goal: what may wait for ever keeps nobody waiting, not even who started it and goes.
#include "daemon/system/background.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <future>

namespace mdh {
namespace {

bool rings(int fd, int most = 60000) {
  pollfd bell{fd, POLLIN, 0};
  return poll(&bell, 1, most) == 1;
}

TEST(Background, RingsWhenTheWorkIsDone) {
  Background<int> background;
  EXPECT_FALSE(background.busy());
  background.start([] { return 7; });
  ASSERT_TRUE(rings(background.event_fd()));
  EXPECT_EQ(background.take(), 7);
  EXPECT_FALSE(background.busy());
  EXPECT_FALSE(rings(background.event_fd(), 0));
}

TEST(Background, HasNothingBefore) {
  std::promise<void> go;
  Background<int> background;
  background.start([&] {
    go.get_future().wait();
    return 1;
  });
  EXPECT_EQ(background.take(), std::nullopt);
  EXPECT_TRUE(background.busy());
  go.set_value();
  ASSERT_TRUE(rings(background.event_fd()));
  EXPECT_EQ(background.take(), 1);
}

TEST(Background, LeavesWorkBehindThatNeverEnds) {
  const auto go = std::make_shared<std::promise<void>>();
  std::promise<void> ended;
  {
    Background<int> background;
    background.start([go, &ended] {
      go->get_future().wait();
      ended.set_value();
      return 1;
    });
  }
  go->set_value();  // reached while the work still runs
  ended.get_future().wait();
}

}  // namespace
}  // namespace mdh
