// The endpoint's token on disk: made, read, rotated, and kept from others.
#include "daemon/endpoint/token_store.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/system/read_file.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

constexpr WallTime kNow{std::chrono::milliseconds(1'700'000'000'500)};
const std::string kGoodToken(40, 'a');

unsigned mode_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 07777;
}

class TokenStore : public testing::Test {
 protected:
  std::string token() const { return read_text(file()).value(); }
  std::string file() const { return state_.path("authorization-token"); }
  TokenRing ring(WallTime now = kNow) const {
    auto opened = open_tokens({}, state_.path(), now);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return std::move(opened).value();
  }

  test::TemporaryFolder state_;
};

TEST_F(TokenStore, MakesATokenThatEveryClientTakes) {  // R14, R15
  const TokenRing made = ring();
  // Field bug 24: no line end in the file.
  EXPECT_THAT(token(), MatchesRegex("[A-Za-z0-9_-]{32,}"));
  EXPECT_EQ(made.current.reveal(), token());
  EXPECT_EQ(mode_of(file()), 0600U);
}

TEST_F(TokenStore, KeepsItsTokenOverARestart) {
  const std::string first(ring().current.reveal());
  EXPECT_EQ(ring().current.reveal(), first);
}

TEST_F(TokenStore, OpensTheFileToTheGroupThatIsConfigured) {
  EndpointConfig config;
  config.token_group = std::to_string(::getegid());
  ASSERT_TRUE(open_tokens(config, state_.path(), kNow));
  EXPECT_EQ(mode_of(file()), 0640U);
}

// Field bug 7: mode too wide.
TEST_F(TokenStore, ClosesATokenFileThatOthersCouldRead) {
  state_.write("authorization-token", kGoodToken, 0644);
  EXPECT_EQ(ring().current.reveal(), kGoodToken);
  EXPECT_EQ(mode_of(file()), 0600U);
}

TEST_F(TokenStore, RefusesATokenWithALineEndWithoutShowingIt) {
  state_.write("authorization-token", kGoodToken + "\n");
  const auto opened = open_tokens({}, state_.path(), kNow);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, AllOf(HasSubstr(file()), Not(HasSubstr(kGoodToken))));
  EXPECT_THAT(opened.error().hint, HasSubstr("remove it"));
}

TEST_F(TokenStore, KeepsTheOldTokenForTheGraceAndNoLonger) {  // R15
  const std::string old(ring().current.reveal());
  ASSERT_TRUE(rotate_token({}, state_.path(), kNow, seconds(3600)));
  const TokenRing rotated = ring();
  EXPECT_NE(rotated.current.reveal(), old);
  EXPECT_TRUE(accepts(rotated, old, kNow + seconds(3590)));
  EXPECT_FALSE(accepts(rotated, old, kNow + seconds(3601)));
  EXPECT_THAT(ring(kNow + seconds(3601)).retired, IsEmpty());
  EXPECT_EQ(mode_of(state_.path("retired-tokens.json")), 0600U);
}

TEST_F(TokenStore, KeepsEveryTokenWhoseGraceHasNotEnded) {
  const std::string first(ring().current.reveal());
  ASSERT_TRUE(rotate_token({}, state_.path(), kNow, seconds(3600)));
  const std::string second = token();
  ASSERT_TRUE(rotate_token({}, state_.path(), kNow, seconds(60)));
  const TokenRing rotated = ring();
  EXPECT_THAT(rotated.retired, SizeIs(2));
  EXPECT_TRUE(accepts(rotated, first, kNow));
  EXPECT_TRUE(accepts(rotated, second, kNow));
  EXPECT_TRUE(accepts(rotated, token(), kNow));
}

TEST_F(TokenStore, LeavesADaemonOfAnotherUserAbleToReadWhatRootRotated) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(::chown(state_.path().c_str(), 65534, 65534), 0);
  ASSERT_TRUE(rotate_token({}, state_.path(), kNow, seconds(60)));
  ASSERT_TRUE(rotate_token({}, state_.path(), kNow, seconds(60)));
  ASSERT_EQ(::seteuid(65534), 0);
  const auto opened = open_tokens({}, state_.path(), kNow);
  const Done rotated = rotate_token({}, state_.path(), kNow, seconds(60));
  ASSERT_EQ(::seteuid(0), 0);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_THAT(opened->retired, SizeIs(1));
  EXPECT_TRUE(rotated);
}

}  // namespace
}  // namespace mdh
