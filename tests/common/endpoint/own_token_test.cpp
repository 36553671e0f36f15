// Goal: a token of one's own names its user and nobody else can make one; it ends with its seal.
#include "common/endpoint/own_token.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

const WallTime kNow{milliseconds(1'800'000'000'000)};

TokenRing ring_of(std::string_view seal) {
  TokenRing ring;
  ring.seal = Secret(seal);
  return ring;
}

TEST(OwnToken, NamesTheUserItWasMadeFor) {
  const TokenRing ring = ring_of("a-seal");
  for (const std::uint32_t user : {0U, 1001U, 4294967294U})
    EXPECT_EQ(owner_of(ring, make_own_token(ring.seal, user), kNow), user);
  EXPECT_EQ(make_own_token(ring.seal, 1001), make_own_token(ring.seal, 1001));
  EXPECT_EQ(make_own_token(ring.seal, 1001).size(), 48U);
}

TEST(OwnToken, IsForgedByNoChangeOfItsText) {
  const TokenRing ring = ring_of("a-seal");
  const std::string token = make_own_token(ring.seal, 1001);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(owner_of(ring, forged, kNow)) << i;
  }
  for (const std::string& other : {std::string(), token + "A", token.substr(1), " " + token})
    EXPECT_FALSE(owner_of(ring, other, kNow)) << other;
  EXPECT_FALSE(owner_of(ring_of("another"), token, kNow));
  EXPECT_FALSE(owner_of(TokenRing(), token, kNow));
}

TEST(OwnToken, LastsAsLongAsItsSealDoes) {
  const std::string token = make_own_token(Secret("a-seal"), 1001);
  TokenRing ring = ring_of("a-new-seal");
  ring.retired.push_back({Secret("t"), kNow + seconds(1), Secret("a-seal")});
  EXPECT_EQ(owner_of(ring, token, kNow), 1001U);
  EXPECT_FALSE(owner_of(ring, token, kNow + seconds(1)));
}

}  // namespace
}  // namespace mdh
