#include "common/profile_file/pace.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const WritePace::Time kStart = WritePace::Time() + minutes(10);

TEST(WritePace, IsAtOnceWhileThatIsRare) {
  WritePace pace;
  for (int i = 0; i < 4; ++i) pace.note_write(kStart + seconds(i), true);
  EXPECT_EQ(pace.next(kStart + seconds(4)), kStart + seconds(4));
  // New credentials are no fight.
  for (int i = 0; i < 100; ++i) pace.note_write(kStart + seconds(4), false);
  EXPECT_FALSE(pace.is_fight(kStart + seconds(4)));
}

TEST(WritePace, IsOnceInTwoSecondsInAFightHoweverLongItLasts) {
  WritePace pace;
  WritePace::Time now = kStart;
  int writes = 0;
  for (; now < kStart + minutes(60); now += milliseconds(50)) {
    if (pace.next(now) > now) continue;
    pace.note_write(now, true);
    ++writes;
  }
  EXPECT_LE(writes, 5 + 1800);
  EXPECT_GE(writes, 1800);
}

TEST(WritePace, IsAtOnceAgainAfterTheFight) {
  WritePace pace;
  for (int i = 0; i < 9; ++i) pace.note_write(kStart, true);
  EXPECT_EQ(pace.next(kStart + milliseconds(1)), kStart + seconds(2));
  EXPECT_FALSE(pace.is_fight(kStart + seconds(61)));
}

}  // namespace
}  // namespace mdh
