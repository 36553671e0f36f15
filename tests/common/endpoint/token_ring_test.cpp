// Which tokens open the endpoint, and until when.
#include "common/endpoint/token_ring.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

constexpr WallTime kNow{std::chrono::hours(1000)};

TokenRing ring() {
  TokenRing made;
  made.current = Secret("current");
  made.retired.push_back({Secret("older"), kNow + seconds(60)});
  made.retired.push_back({Secret("oldest"), kNow});
  return made;
}

TEST(TokenRing, AcceptsTheCurrentToken) {
  EXPECT_TRUE(accepts(ring(), "current", kNow));
}

TEST(TokenRing, AcceptsARetiredTokenUntilItsGraceEnds) {
  EXPECT_TRUE(accepts(ring(), "older", kNow + milliseconds(59999)));
  EXPECT_FALSE(accepts(ring(), "older", kNow + seconds(60)));
  EXPECT_FALSE(accepts(ring(), "oldest", kNow));
}

TEST(TokenRing, RefusesEveryOther) {  // Field bug 23
  for (const char* offered : {"", "curren", "currentt", "Current", "older,current"}) {
    EXPECT_FALSE(accepts(ring(), offered, kNow)) << offered;
  }
}

TEST(TokenRing, AcceptsNothingWhileItIsEmpty) {
  TokenRing empty;
  empty.retired.push_back({Secret(), kNow + seconds(60)});
  EXPECT_FALSE(accepts(empty, "", kNow));
}

}  // namespace
}  // namespace mdh
