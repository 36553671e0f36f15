// Goal: IMDSv2 tokens keep their word without a table (R17, R18; bug 21: constant tokens, ignored
// TTLs).
#include "common/endpoint/session_token.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mdh {
namespace {

const WallTime kStart{milliseconds(1'800'000'000'000)};

TokenRing ring(std::string_view current) {
  TokenRing made;
  made.current = Secret(current);
  return made;
}

const TokenRing kRing = ring("0123456789abcdefghijklmnopqrstuvwxyz");

std::string token(seconds ttl = seconds(300), std::uint32_t user = 1000, std::uint32_t nonce = 1) {
  return make_session_token(kRing, {kStart, ttl, user, nonce});
}

TEST(SessionToken, IsGoodForAllOfItsTtlAndNotASecondMore) {  // R18
  const std::string made = token(seconds(21600));
  EXPECT_EQ(check_session_token(kRing, made, 1000, kStart), SessionVerdict::good);
  const WallTime end = kStart + seconds(21600);
  EXPECT_EQ(check_session_token(kRing, made, 1000, end - milliseconds(1)), SessionVerdict::good);
  EXPECT_EQ(check_session_token(kRing, made, 1000, end), SessionVerdict::expired);
}

TEST(SessionToken, DiffersFromOneToTheNext) {  // Field bug 21
  EXPECT_NE(token(seconds(300), 1000, 1), token(seconds(300), 1000, 2));
}

TEST(SessionToken, IsOfNoUseToAnotherUser) {
  EXPECT_EQ(check_session_token(kRing, token(), 1001, kStart), SessionVerdict::foreign);
  EXPECT_EQ(check_session_token(kRing, token(), kNobodyKnown, kStart), SessionVerdict::foreign);
}

TEST(SessionToken, TellsTheProfileThatItIsFor) {
  const std::string bound =
      make_session_token(kRing, {kStart, seconds(300), 1000, 1, profile_tag("mdh-lab")});
  EXPECT_EQ(check_session_token(kRing, bound, 1000, kStart), SessionVerdict::good);
  EXPECT_EQ(claimed_profile(bound), profile_tag("mdh-lab"));
  EXPECT_NE(profile_tag("mdh-lab"), profile_tag("mdh-lab-2"));
  EXPECT_EQ(claimed_profile(token()), 0u);
  EXPECT_EQ(claimed_profile("nonsense"), 0u);
  EXPECT_EQ(profile_tag(""), 0u);
}

TEST(SessionToken, OfAnotherDaemonIsForged) {
  EXPECT_EQ(check_session_token(ring("another-token-another-token-another"), token(), 1000, kStart),
            SessionVerdict::forged);
}

TEST(SessionToken, OutlivesARestartAndARotationWithinItsGrace) {  // R18
  TokenRing rotated = ring("the-new-token-the-new-token-the-new");
  rotated.retired.push_back({kRing.current.copy(), kStart + seconds(100)});
  EXPECT_EQ(check_session_token(rotated, token(), 1000, kStart + seconds(99)),
            SessionVerdict::good);
  EXPECT_EQ(check_session_token(rotated, token(), 1000, kStart + seconds(100)),
            SessionVerdict::forged);
}

TEST(SessionToken, FromTheFutureIsNotTrustedAfterAClockStep) {
  EXPECT_EQ(check_session_token(kRing, token(), 1000, kStart - seconds(59)), SessionVerdict::good);
  EXPECT_EQ(check_session_token(kRing, token(), 1000, kStart - seconds(61)),
            SessionVerdict::expired);
}

TEST(SessionToken, WithAnyDigitChangedIsForged) {
  const std::string made = token();
  for (std::size_t i = 0; i < made.size(); ++i) {
    std::string changed = made;
    changed[i] = changed[i] == '0' ? '1' : '0';
    ASSERT_EQ(check_session_token(kRing, changed, 1000, kStart), SessionVerdict::forged) << i;
  }
}

// Found by the fuzzer: another alphabet of base64 spelt the same bytes.
TEST(SessionToken, HasOneSpellingOnly) {
  for (std::uint32_t nonce = 0; nonce < 200; ++nonce) {
    const std::string good = token(seconds(300), 1000, nonce);
    std::string other = good;
    std::replace(other.begin(), other.end(), '-', '+');
    std::replace(other.begin(), other.end(), '_', '/');
    if (other == good) continue;
    EXPECT_EQ(check_session_token(kRing, other, 1000, kStart), SessionVerdict::forged);
    return;
  }
  FAIL() << "no token held a character that differs";
}

TEST(SessionToken, OfAnyOtherShapeIsForged) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(114, 'g'),
                                  std::string(114, '0'), token() + "0", std::string(9000, 'f')})
    EXPECT_EQ(check_session_token(kRing, text, 1000, kStart), SessionVerdict::forged);
}

TEST(SessionToken, IsHeaderSafeAndNoLongerThanAwsCAuthTakes) {
  EXPECT_LE(token().size(), 64u);
  EXPECT_EQ(token().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_"),
            std::string::npos);
}

TEST(KnownSessions, JudgeAKnownTokenAsItsSealWould) {
  KnownSessions known;
  const std::string made = token(seconds(300));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(known.check(kRing, made, 1000, kStart), SessionVerdict::good);
    EXPECT_EQ(known.check(kRing, made, 1001, kStart), SessionVerdict::foreign);
    EXPECT_EQ(known.check(kRing, made, 1000, kStart + seconds(300)), SessionVerdict::expired);
    EXPECT_EQ(known.check(kRing, made.substr(1), 1000, kStart), SessionVerdict::forged);
  }
}

TEST(KnownSessions, TakeNoTokenThatDiffersInACharacter) {
  KnownSessions known;
  const std::string made = token(seconds(300));
  ASSERT_EQ(known.check(kRing, made, 1000, kStart), SessionVerdict::good);
  for (std::size_t i = 0; i < made.size(); ++i) {
    std::string other = made;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(known.check(kRing, other, 1000, kStart), SessionVerdict::forged) << i;
  }
}

TEST(KnownSessions, AskForTheSealAgainOnceTheyForgot) {
  KnownSessions known;
  const TokenRing other = ring("another-token-another-token-another");
  ASSERT_EQ(known.check(kRing, token(), 1000, kStart), SessionVerdict::good);
  known.forget();
  EXPECT_EQ(known.check(other, token(), 1000, kStart), SessionVerdict::forged);
}

TEST(KnownSessions, DoNotOutliveTheGraceOfARetiredToken) {
  KnownSessions known;
  TokenRing rotated = ring("the-new-token-the-new-token-the-new");
  rotated.retired.push_back({kRing.current.copy(), kStart + seconds(100)});
  ASSERT_EQ(known.check(rotated, token(), 1000, kStart), SessionVerdict::good);
  EXPECT_EQ(known.check(rotated, token(), 1000, kStart + seconds(100)), SessionVerdict::forged);
}

TEST(KnownSessions, StayRightHoweverManyThereAre) {
  KnownSessions known;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t nonce = 0; nonce < 1000; ++nonce) {
      const std::string made = token(seconds(300), 1000, nonce);
      ASSERT_EQ(known.check(kRing, made, 1000, kStart), SessionVerdict::good);
      ASSERT_EQ(known.check(kRing, made, 1000, kStart), SessionVerdict::good);
    }
  }
}

}  // namespace
}  // namespace mdh
