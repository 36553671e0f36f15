// Goal: each kind of attack leaves its own line in the journal, and no flood of it can fill that.
#include "daemon/endpoint/audit.h"

#include <gtest/gtest.h>

#include "common/endpoint/session_token.h"

namespace mdh {
namespace {

constexpr std::string_view kToken = "0123456789abcdefghijklmnopqrstuvwxyz";
const WallTime kWall{milliseconds(1'800'000'000'000)};

std::string field(const AuditLine& line, std::string_view name) {
  for (const auto& [key, value] : line.fields) {
    if (key == name) return value;
  }
  return "";
}

class AuditLines : public testing::Test {
 protected:
  AuditLines() {
    tokens.current = Secret(kToken);
    rules.access.profiles = {{"a", {false, {1000, 1001}, {}}}};
  }
  // What the guard refuses, as it is logged; nothing where it is let in or held back.
  std::optional<AuditLine> told(const std::string& path, const std::string& fields) {
    const std::string bytes = "GET " + path + " HTTP/1.1\r\n" + fields + "\r\n";
    RequestHead head;
    EXPECT_FALSE(read_head(bytes, head));
    const Target target = find_target(head.path, true);
    const auto refusal = guard({head, target}, peer, rules, {tokens, kWall});
    return refusal ? audit.refused(*refusal, target.route, peer, boot) : std::nullopt;
  }
  // The reason in the line, which must also name who asked, and for what.
  std::string reason(const std::string& fields, const std::string& path = "/credentials/a") {
    const auto line = told(path, fields);
    if (!line) return "no line";
    const std::string user = std::to_string(*peer.user);
    EXPECT_NE(line->message.find("to uid " + user + ": "), std::string::npos) << line->message;
    EXPECT_EQ(field(*line, "MDH_UID"), user);
    EXPECT_NE(line->message.find(field(*line, "MDH_ROUTE")), std::string::npos) << line->message;
    EXPECT_EQ(line->message.find(kToken), std::string::npos);
    return field(*line, "MDH_REASON");
  }
  static std::string authorized(const std::string& host = "127.0.0.1") {
    return "Host: " + host + "\r\nAuthorization: " + std::string(kToken) + "\r\n";
  }

  Audit audit;
  GuardRules rules;
  TokenRing tokens;
  Peer peer{1000, 6340};
  BootTime boot{milliseconds(1'000'000)};
};

TEST_F(AuditLines, TellOfDnsRebinding) {
  EXPECT_EQ(reason(authorized("evil.example")), "host");
}

TEST_F(AuditLines, TellOfAForwardedRequest) {
  EXPECT_EQ(reason(authorized() + "X-Forwarded-For: 192.0.2.1\r\n"), "forwarded");
}

TEST_F(AuditLines, TellOfAWebPage) {
  EXPECT_EQ(reason(authorized() + "Origin: http://evil.example\r\n"), "cross_origin");
}

TEST_F(AuditLines, TellOfAForeignUser) {
  peer.user = 1002;
  EXPECT_EQ(reason(authorized()), "user");
}

TEST_F(AuditLines, TellOfAWrongToken) {
  EXPECT_EQ(reason("Host: 127.0.0.1\r\nAuthorization: guessed\r\n"), "token");
}

TEST_F(AuditLines, TellOfAReplayedSessionToken) {
  const std::string path = "/latest/meta-data/placement/region";
  const auto replayed = [&](WallTime issued) {
    return "Host: 127.0.0.1\r\nX-aws-ec2-metadata-token: " +
           make_session_token(tokens, {issued, seconds(300), 1001, 1}) + "\r\n";
  };
  EXPECT_EQ(reason(replayed(kWall), path), "session_token_foreign");
  peer.user = 1001;
  EXPECT_EQ(reason(replayed(kWall - seconds(300)), path), "session_token_expired");
}

TEST_F(AuditLines, DoNotComeForTheHonest) {
  EXPECT_FALSE(told("/credentials/a", authorized()));
}

TEST_F(AuditLines, SayUnknownWhereTheKernelDoesNotSay) {
  peer.user.reset();
  const auto line = told("/credentials/a", authorized());
  ASSERT_TRUE(line);
  EXPECT_EQ(field(*line, "MDH_REASON"), "unknown_user");
  EXPECT_EQ(field(*line, "MDH_UID"), "");
  EXPECT_NE(line->message.find("to an unknown user: "), std::string::npos);
}

TEST_F(AuditLines, OfAFloodAreOneInTenSecondsThatTellsHowManyItStandsFor) {
  const std::string wrong = "Host: 127.0.0.1\r\nAuthorization: guessed\r\n";
  ASSERT_TRUE(told("/credentials/a", wrong));
  for (int i = 0; i < 5000; ++i) ASSERT_FALSE(told("/credentials/a", wrong));
  EXPECT_EQ(reason(authorized("evil.example")), "host") << "another reason has its own line";
  peer.user = 1001;
  EXPECT_EQ(reason(wrong), "token") << "another user has a line of their own";
  peer.user = 1000;
  boot += seconds(10);
  const auto line = told("/credentials/a", wrong);
  ASSERT_TRUE(line);
  EXPECT_NE(line->message.find("5000 times more"), std::string::npos) << line->message;
}

TEST_F(AuditLines, OfManyUsersStayFew) {
  int lines = 0;
  for (std::uint32_t user = 2000; user < 12000; ++user) {
    peer.user = user;
    lines += told("/credentials/a", authorized()).has_value() ? 1 : 0;
  }
  EXPECT_LE(lines, 300);
}

}  // namespace
}  // namespace mdh
