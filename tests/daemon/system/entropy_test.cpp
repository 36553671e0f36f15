// Randomness: the right form, and never twice the same.
#include "daemon/system/entropy.h"

#include <gmock/gmock.h>

#include <set>

namespace mdh {
namespace {

TEST(Entropy, GivesAsManyBytesAsAskedForAndNeverTheSame) {
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(1000).size(), 1000U);
  EXPECT_NE(random_bytes(32), random_bytes(32));
}

TEST(Entropy, WritesUuidsOfVersionFour) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string uuid = random_uuid();
    EXPECT_THAT(uuid, testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}"
                                            "-[0-9a-f]{12}"));
    EXPECT_TRUE(seen.insert(uuid).second);
  }
}


}  // namespace
}  // namespace mdh
