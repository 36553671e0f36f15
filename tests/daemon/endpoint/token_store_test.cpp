// The endpoint's token on disk: made, read, rotated, and kept from others.
#include "daemon/endpoint/token_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "common/endpoint/own_token.h"
#include "common/endpoint/session_token.h"
#include "daemon/system/read_file.h"
#include "tests/support/other_user.h"
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

// What processes hold in their environment must not end because somebody tidied up.
TEST_F(TokenStore, IsMadeAnewOfWhatIsInForce) {
  ASSERT_TRUE(open_tokens({}, state_.path(), kNow));
  ASSERT_TRUE(rotate_token({}, state_.path(), {kNow, seconds(60)}));
  TokensInForce known;
  known.ring = std::make_shared<const TokenRing>(ring());
  for (const char* file : {"authorization-token", "own-token-seal", "retired-tokens.json"}) {
    EXPECT_TRUE(token_files_stand({}, state_.path(), *known.ring));
    ASSERT_EQ(::unlink(state_.path(file).c_str()), 0) << file;
    EXPECT_FALSE(token_files_stand({}, state_.path(), *known.ring)) << file;
    const auto again = open_tokens({}, state_.path(), kNow, known);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->current, known.ring->current);
    EXPECT_EQ(again->seal, known.ring->seal);
    ASSERT_THAT(again->retired, SizeIs(1));
    EXPECT_EQ(again->retired[0].token, known.ring->retired[0].token);
  }
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
  ASSERT_TRUE(rotate_token({}, state_.path(), {kNow, seconds(3600)}));
  const TokenRing rotated = ring();
  EXPECT_NE(rotated.current.reveal(), old);
  EXPECT_TRUE(accepts(rotated, old, kNow + seconds(3590)));
  EXPECT_FALSE(accepts(rotated, old, kNow + seconds(3601)));
  EXPECT_THAT(ring(kNow + seconds(3601)).retired, IsEmpty());
  EXPECT_EQ(mode_of(state_.path("retired-tokens.json")), 0600U);
}

TEST_F(TokenStore, KeepsEveryTokenWhoseGraceHasNotEnded) {
  const std::string first(ring().current.reveal());
  ASSERT_TRUE(rotate_token({}, state_.path(), {kNow, seconds(3600)}));
  const std::string second = token();
  ASSERT_TRUE(rotate_token({}, state_.path(), {kNow, seconds(60)}));
  const TokenRing rotated = ring();
  EXPECT_THAT(rotated.retired, SizeIs(2));
  for (const std::string& one : {first, second, token()}) EXPECT_TRUE(accepts(rotated, one, kNow));
  EXPECT_FALSE(accepts(rotated, first, kNow + seconds(61))) << "no older one outlives the last";
}

TEST_F(TokenStore, EndsEveryOlderTokenWithoutAGrace) {
  const TokenRing first = ring();
  const SessionGrant grant{kNow, seconds(600), 1000, 1};
  const std::string session = make_session_token(first, grant);
  const std::string own = make_own_token(first.seal, 1000);
  ASSERT_TRUE(rotate_token({}, state_.path(), {kNow, seconds(86400)}));
  const std::string second = token();
  EXPECT_EQ(owner_of(ring(), own, kNow), 1000U);
  EXPECT_EQ(check_session_token(ring(), session, 1000, kNow), SessionVerdict::good);
  ASSERT_TRUE(rotate_token({}, state_.path(), {kNow, seconds(0)}));
  const TokenRing rotated = ring();
  EXPECT_FALSE(accepts(rotated, first.current.reveal(), kNow));
  EXPECT_FALSE(accepts(rotated, second, kNow));
  EXPECT_EQ(check_session_token(rotated, session, 1000, kNow), SessionVerdict::forged);
  EXPECT_FALSE(owner_of(rotated, own, kNow));
}

// What is named by mistake must not lose its mode to it.
TEST_F(TokenStore, LeavesAFileThatHoldsNoTokenAsItIs) {
  EndpointConfig config;
  config.token_file = state_.write("passwd", "root:x:0:0:root:/root:/bin/sh\n", 0644);
  EXPECT_FALSE(open_tokens(config, state_.path(), kNow));
  EXPECT_EQ(mode_of(config.token_file), 0644U);
}

// A service may not chown; what an owner may always do is enough.
TEST_F(TokenStore, LetsAGroupReadThatTheDaemonIsNotIn) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(::chmod(state_.path().c_str(), 0755), 0);
  ASSERT_EQ(::chown(state_.path().c_str(), 65534, 65534), 0);
  EndpointConfig config;
  config.token_group = "lab";
  Names names;
  names.groups["lab"] = 4711;
  const int daemon = test::run_as({65534, 65534}, [&] {
    if (!open_tokens(config, state_.path(), kNow)) return 1;
    const bool closed = mode_of(file()) == 0600;
    return closed && open_tokens(config, state_.path(), kNow, {.names = names}) ? 0 : 2;
  });
  ASSERT_EQ(daemon, 0);
  EXPECT_EQ(mode_of(file()), 0640U);
  EXPECT_EQ(test::run_as({1234, 4711}, [&] { return read_text(file()) ? 0 : 1; }), 0);
  EXPECT_EQ(test::run_as({1234, 1234}, [&] { return read_text(file()) ? 0 : 1; }), 1);
}

TEST_F(TokenStore, LeavesADaemonOfAnotherUserAbleToReadWhatRootRotated) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(::chown(state_.path().c_str(), 65534, 65534), 0);
  ASSERT_TRUE(rotate_token({}, state_.path(), {kNow, seconds(60)}));
  ASSERT_TRUE(rotate_token({}, state_.path(), {kNow, seconds(60)}));
  ASSERT_EQ(::seteuid(65534), 0);
  const auto opened = open_tokens({}, state_.path(), kNow);
  const Done rotated = rotate_token({}, state_.path(), {kNow, seconds(60)});
  ASSERT_EQ(::seteuid(0), 0);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_THAT(opened->retired, SizeIs(1));
  EXPECT_TRUE(rotated);
}

TEST_F(TokenStore, WaitsForNobodysLockOnTheFolder) {  // which whoever may read it can hold
  const FileDescriptor folder(::open(state_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(::flock(folder.get(), LOCK_EX), 0);
  const std::string first(ring().current.reveal());
  ASSERT_TRUE(rotate_token({}, state_.path(), {kNow, seconds(60)}));
  EXPECT_TRUE(accepts(ring(), first, kNow));
  EXPECT_EQ(mode_of(file() + ".lock"), 0600U);
}

TEST_F(TokenStore, IsReadWhileAnotherRotates) {
  ring();
  ASSERT_TRUE(rotate_token({}, state_.path(), {kNow, seconds(60)}));
  const FileDescriptor lock(::open((file() + ".lock").c_str(), O_RDWR | O_CLOEXEC));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  ASSERT_EQ(::fcntl(lock.get(), F_OFD_SETLK, &whole), 0);
  EXPECT_EQ(ring().current.reveal(), token());
}

TEST_F(TokenStore, MakesOneTokenHoweverManyStartAtOnce) {
  std::vector<std::thread> starts;
  std::vector<std::string> made(8);
  for (std::string& one : made)
    starts.emplace_back([&] { one = std::string(ring().current.reveal()); });
  for (std::thread& start : starts) start.join();
  for (const std::string& one : made) EXPECT_EQ(one, token());
}

}  // namespace
}  // namespace mdh
