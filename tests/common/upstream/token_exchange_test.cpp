#include "common/upstream/token_exchange.h"

#include <gmock/gmock.h>

#include "tests/support/golden.h"

namespace mdh {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kStage = "token_exchange";
const RoundTrip kClocks{
    {BootTime(seconds(1000)), *parse_rfc3339("2026-03-01T12:00:00Z")},
    {BootTime(milliseconds(1000250)), *parse_rfc3339("2026-03-01T12:00:00.25Z")}};

AccountConfig account() {
  AccountConfig account;
  account.name = "lab";
  account.service_account = "MyDataHelps.1234.lab";
  account.audience = account.token_url;
  return account;
}

std::string outcome(UpstreamReply reply) {
  const auto token = read_token(account(), std::move(reply), kClocks);
  if (!token) return test::described(token.error());
  return "token: " + std::string(token->value.reveal()) +
         "\nusable for: " + std::to_string((token->usable_until - kClocks.sent.boot).count()) +
         " ms from sending\n";
}

TEST(TokenRequest, IsTheFormOfTheGoldenFileAndNothingElse) {
  const UpstreamRequest request =
      token_request(account(), Assertion{Secret("aGVhZGVy.Y2xhaW1z.c2ln-_")});
  EXPECT_EQ(request.url, "https://designer.mydatahelps.org/identityserver/connect/token");
  EXPECT_EQ(request.body.reveal(), test::golden_text(MDH_TEST_DATA "/token_exchange/request.body"));
  EXPECT_TRUE(request.authorization.empty());
  ASSERT_EQ(request.headers.size(), 2U);
  EXPECT_EQ(request.headers[1].value, "application/x-www-form-urlencoded");
}

TEST(TokenReply, BecomesWhatItsGoldenFileSays) {
  const auto replies = test::golden_replies(kStage);
  EXPECT_GE(replies.size(), 30U);
  for (auto path : replies) {
    const std::string found = outcome(test::read_reply_file(path));
    EXPECT_EQ(found, test::golden_text(path.replace_extension(".expected"))) << path;
  }
}

TEST(TokenReply, NeverShowsASecretOrAPageOfItsBody) {
  for (const auto& path : test::golden_replies(kStage)) {
    const auto token = read_token(account(), test::read_reply_file(path), kClocks);
    if (token) continue;
    for (const char* part :
         {"opa", "Corp Proxy", "\x1b", "Evil", "eyJ", "wJalr", "ASIA", "pw@", "code="}) {
      EXPECT_THAT(test::described(token.error()), Not(HasSubstr(part))) << path;
    }
  }
}

TEST(TokenReply, SurvivesEveryTruncationAndDeepNesting) {
  const std::string body = R"({"access_token":"opaque","expires_in":3600})";
  for (std::size_t size = 0; size < body.size(); ++size) {
    UpstreamReply reply{200, {}, Secret(body.substr(0, size))};
    const auto token = read_token(account(), std::move(reply), kClocks);
    ASSERT_FALSE(token.ok()) << size;
    EXPECT_EQ(token.error().error_class, ErrorClass::malformed);
  }
  UpstreamReply deep{200, {}, Secret(std::string(500000, '['))};
  EXPECT_FALSE(read_token(account(), std::move(deep), kClocks).ok());
  UpstreamReply closed{200, {}, Secret(std::string(100000, '[') + std::string(100000, ']'))};
  EXPECT_FALSE(read_token(account(), std::move(closed), kClocks).ok());
}

}  // namespace
}  // namespace mdh
