// Goal: who runs containers gets no second share of the endpoint by the ids that were lent to them.
#include "common/endpoint/id_owners.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

const IdTexts kTexts{
    "root:x:0:0:root:/root:/bin/sh\nann:x:1500:1500::/home/ann:/bin/sh\n",
    "ann:100000:65536\nbob@example.org:165536:65536\n1700:300000:10\nbob@example.org:400000:5\n",
    "ann:500000:10\n"};

TEST(IdOwners, CountsALentIdAsItsOwners) {
  const IdOwners owners(kTexts);
  for (const std::uint32_t id : {100000U, 165535U, 500009U}) EXPECT_EQ(owners.owner_of(id), 1500U);
  EXPECT_EQ(owners.owner_of(300009), 1700U) << "owners may be given by number";
}

TEST(IdOwners, LeavesEveryOtherIdToItself) {
  const IdOwners owners(kTexts);
  for (const std::uint32_t id : {0U, 1500U, 99999U, 231072U, 300010U, 0xffffffffU})
    EXPECT_EQ(owners.owner_of(id), id);
  EXPECT_EQ(IdOwners().owner_of(7), 7U);
}

TEST(IdOwners, CountsAllRangesOfAUserOfADirectoryAsOne) {
  const IdOwners owners(kTexts);
  EXPECT_EQ(owners.owner_of(165536), owners.owner_of(400004));
  EXPECT_NE(owners.owner_of(165536), owners.owner_of(100000));
}

TEST(IdOwners, PassesOverWhatIsNoRange) {
  const IdOwners owners(
      {"ann:x", "ann\nann:x:5\nann:5\n:::\nann:4294967295:2\nann:7:0\nann:9:1", ""});
  for (const std::uint32_t id : {5U, 7U, 0xffffffffU}) EXPECT_EQ(owners.owner_of(id), id);
  EXPECT_EQ(owners.owner_of(9), 9U) << "an unknown owner is called by the first id";
}

}  // namespace
}  // namespace mdh
