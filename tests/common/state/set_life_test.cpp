// Goal: a life only ever shrinks, whatever the clocks do, and everything that is told of it is one
// value.
#include "common/state/set_life.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Now kAsked{BootTime(seconds(1000)), WallTime(seconds(1'800'000'000))};

Now later(milliseconds boot, milliseconds wall) {
  return {kAsked.boot + boot, kAsked.wall + wall};
}

TEST(SetLife, EndsByWhicheverClockWentFurther) {
  const SetLife life = lasting(kAsked, hours(1));
  EXPECT_EQ(life_left(life, kAsked), hours(1));
  EXPECT_EQ(life_left(life, later(minutes(10), minutes(10))), minutes(50));
  // A pause that only the wall clock was told of; a clock that was set back.
  EXPECT_EQ(life_left(life, later(minutes(10), minutes(40))), minutes(20));
  EXPECT_EQ(life_left(life, later(minutes(10), minutes(-40))), minutes(50));
}

TEST(SetLife, KeepsWhatWasLostWhenTheWallClockIsSetBack) {
  const SetLife life = seen(lasting(kAsked, hours(1)), later(minutes(1), minutes(31)));
  EXPECT_EQ(life_left(life, later(minutes(1), minutes(1))), minutes(29));
  EXPECT_EQ(seen(life, later(minutes(1), minutes(1))), life);
}

TEST(SetLife, CountsAPauseOnceThatDatesAndTheWallClockTellOf) {
  SetLife life = paused(lasting(kAsked, hours(1)), minutes(20));
  EXPECT_EQ(life_left(life, later(minutes(1), minutes(1))), minutes(39));
  EXPECT_EQ(life_left(life, later(minutes(1), minutes(21))), minutes(39));
  life = paused(seen(life, later(minutes(1), minutes(21))), minutes(5));
  EXPECT_EQ(life_left(life, later(minutes(2), minutes(22))), minutes(33));
}

TEST(SetLife, IsTheShorterOneWhileItIsDoubted) {
  SetLife life = lasting(kAsked, hours(4));
  life.doubted = hours(1);
  EXPECT_EQ(received_life(life), hours(1));
  EXPECT_EQ(ends_at(life, later(minutes(5), minutes(5))), kAsked.wall + hours(1));
  life.doubted = hours(5);
  EXPECT_EQ(received_life(life), hours(4));
}

TEST(SetLife, TellsOneEndWhileTheClocksGoTogether) {
  const SetLife life = lasting(kAsked, hours(1));
  for (int i = -3; i <= 3; ++i) {
    const Now now = later(minutes(7) + milliseconds(i), minutes(7));
    EXPECT_EQ(ends_at(life, now), kAsked.wall + hours(1)) << i;
  }
  EXPECT_EQ(ends_at(life, later(minutes(7), minutes(-53))), kAsked.wall);
}

TEST(SetLife, KeepsBackWhatADriftingClockMayBeWrongBy) {
  for (const milliseconds whole : {milliseconds(minutes(15)), milliseconds(hours(12))}) {
    const SetLife life = lasting(kAsked, whole);
    const milliseconds end = served_for(life, kAsked);
    EXPECT_TRUE(still_served(life, later(end, end)));
    EXPECT_FALSE(still_served(life, later(end + seconds(1), end + seconds(1))));
    // 500 ppm slow, and 6 s behind upstream at the start.
    EXPECT_LT(end + end / 2000 + seconds(6), whole);
  }
  EXPECT_EQ(served_for(lasting(kAsked, hours(1)), kAsked), hours(1) - kLeastServed);
}

}  // namespace
}  // namespace mdh
