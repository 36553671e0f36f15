// Goal: nobody but the allowed users gets past, each refusal for its own reason, in the contract's
// order (R2, R10, R14, R16, R19; bugs 8 and 23).
#include "common/endpoint/guard.h"

#include <gtest/gtest.h>

#include "common/endpoint/own_token.h"
#include "common/endpoint/session_token.h"

namespace mdh {
namespace {

constexpr std::string_view kToken = "0123456789abcdefghijklmnopqrstuvwxyz";
const WallTime kNow{milliseconds(1'800'000'000'000)};

class Guard : public testing::Test {
 protected:
  Guard() {
    tokens.current = Secret(kToken);
    rules.access.profiles = {{"a", {false, {1000}, {}}}, {"b", {false, {1002}, {300}}}};
    rules.hosts = {"169.254.170.2"};
  }

  // The reason of the refusal, or "" where the request passes.
  std::string reason(const std::string& first, const std::string& fields) {
    const std::string bytes = first + " HTTP/1.1\r\n" + fields + "\r\n";
    RequestHead head;
    if (read_head(bytes, head)) return "malformed";
    const Target target = meant(find_target(head.path, rules.imds), head, rules.access);
    refusal = guard({head, target}, identify(peer, head, {tokens, kNow}), rules, {tokens, kNow});
    return refusal ? std::string(refusal->reason) : "";
  }
  std::string get(const std::string& fields) { return reason("GET /credentials/a", fields); }
  std::string with_host(const std::string& host) {
    return get("Host: " + host + "\r\nAuthorization: " + std::string(kToken) + "\r\n");
  }
  static std::string good() {
    return "Host: 127.0.0.1:6340\r\nAuthorization: " + std::string(kToken) + "\r\n";
  }

  GuardRules rules;
  TokenRing tokens;
  Peer peer{1000, 6340};
  std::optional<Refusal> refusal;
};

TEST_F(Guard, LetsTheHonestIn) {
  EXPECT_EQ(get(good()), "");
  EXPECT_EQ(get("Host: 127.0.0.1\r\nAuthorization: Bearer " + std::string(kToken) + "\r\n"), "");
}

TEST_F(Guard, KnowsEveryNameOfThisHostWithAndWithoutPortInAnyCase) {  // R2; aws-c-auth: ::1
  for (const std::string host :
       {"127.0.0.1", "127.0.0.1:6340", "localhost", "LocalHost:6340", "::1", "[::1]", "[::1]:6340",
        "169.254.170.2", "169.254.170.2:6340"})
    EXPECT_EQ(with_host(host), "") << host;
}

TEST_F(Guard, TakesAForwardedPortWhereNoCredentialsAreGiven) {
  for (const std::string path : {"/", "/status", "/metrics", "/readyz", "/healthz"}) {
    for (const std::string host : {"127.0.0.1:8000", "localhost:1", "[::1]:65535"})
      EXPECT_EQ(reason("GET " + path, "Host: " + host + "\r\n"), "") << path << " " << host;
    for (const std::string host : {"evil.example:8000", "127.0.0.1:", "127.0.0.1:80x",
                                   "127.0.0.1.evil.example:80", "169.254.170.2:8000"})
      EXPECT_EQ(reason("GET " + path, "Host: " + host + "\r\n"), "host") << path << " " << host;
  }
  EXPECT_EQ(with_host("127.0.0.1:8000"), "host");
  EXPECT_EQ(reason("PUT /latest/api/token", "Host: 127.0.0.1:8000\r\n"), "host");
  EXPECT_EQ(reason("POST /refresh/a", "Host: 127.0.0.1:8000\r\n"), "host");
}

TEST_F(Guard, RefusesDnsRebinding) {  // Field bug 8
  for (const std::string host :
       {"evil.example", "evil.example:6340", "127.0.0.1.evil.example", "localhost.", "127.0.0.1:80",
        "127.0.0.1:", "127.0.0.1:06340", "127.0.0.1:6340:6340", "[::1", "0.0.0.0", "127.0.0.2",
        "localhost@evil", ""})
    EXPECT_EQ(with_host(host), "host") << host;
  EXPECT_EQ(refusal->status, 403);
}

TEST_F(Guard, RefusesWhatCameThroughAProxy) {
  for (const std::string field : {"Forwarded: for=1", "X-Forwarded-For: 1", "x-forwarded-host: a",
                                  "X-Forwarded-: a", "Via: 1.1 a"}) {
    EXPECT_EQ(get(good() + field + "\r\n"), "forwarded") << field;
    EXPECT_EQ(refusal->status, 403);
    EXPECT_EQ(reason("PUT /latest/api/token", "Host: localhost\r\n" + field + "\r\n"), "forwarded");
  }
}

TEST_F(Guard, RefusesWebPages) {
  for (const std::string field : {"Origin: http://127.0.0.1:6340", "Sec-Fetch-Site: same-origin"})
    EXPECT_EQ(get(good() + field + "\r\n"), "cross_origin") << field;
}

TEST_F(Guard, LetsTheStatusPageReadItsOwnStatus) {
  peer.user = 4242;
  EXPECT_EQ(reason("GET /status", "Host: localhost\r\nSec-Fetch-Site: same-origin\r\n"), "");
}

TEST_F(Guard, RefusesAForeignUserEvenWithTheToken) {
  peer.user = 1001;
  EXPECT_EQ(get(good()), "user");
  EXPECT_EQ(refusal->status, 403);
  EXPECT_EQ(reason("POST /refresh/a", good()), "user");
  EXPECT_EQ(reason("PUT /latest/api/token", "Host: localhost\r\n"), "user");
}

TEST_F(Guard, AsksTheListOfTheProfileThatIsMeant) {
  EXPECT_EQ(reason("GET /credentials/b", good()), "user");
  EXPECT_NE(refusal->message.find("this profile"), std::string_view::npos) << refusal->message;
  EXPECT_EQ(reason("GET /credentials/%62", good()), "user") << "percent-encoded";
  EXPECT_EQ(reason("POST /refresh/b", good()), "user");
  EXPECT_EQ(reason("GET /latest/meta-data/iam/security-credentials/b", good()), "user");
  peer.user = 1002;
  EXPECT_EQ(reason("GET /credentials/b", good()), "");
  EXPECT_EQ(reason("GET /credentials", good()), "") << "their own first one is meant";
  EXPECT_EQ(reason("GET /credentials/a", good()), "user");
  EXPECT_EQ(reason("GET /credentials/no-such", good()), "") << "the answer says that";
  peer.user = 1003;
  EXPECT_EQ(reason("GET /credentials/no-such", good()), "user");
}

TEST_F(Guard, LetsAGroupsMembersIn) {
  const std::vector<std::uint32_t> groups{100, 300};
  peer.user = 1005;
  peer.groups = &groups;
  EXPECT_EQ(reason("GET /credentials/b", good()), "");
  EXPECT_EQ(reason("GET /credentials/a", good()), "user");
}

TEST_F(Guard, BindsATokenOfOnesOwnToItsUser) {
  tokens.seal = Secret("a-seal");
  const auto with = [&](std::uint32_t user) {
    return "Host: localhost\r\nAuthorization: " + make_own_token(tokens.seal, user) + "\r\n";
  };
  EXPECT_EQ(get(with(1000)), "");
  EXPECT_EQ(get(with(1002)), "token_foreign");
  EXPECT_EQ(refusal->status, 401);
  peer.user = 1001;
  EXPECT_EQ(get(with(1000)), "user") << "a stolen token lets nobody in";
}

TEST_F(Guard, TakesATokenOfOnesOwnAsProofWhereTheKernelIsSilent) {
  tokens.seal = Secret("a-seal");
  peer.user.reset();
  const auto with = [&](std::uint32_t user) {
    return "Host: localhost\r\nAuthorization: Bearer " + make_own_token(tokens.seal, user) + "\r\n";
  };
  EXPECT_EQ(get(with(1000)), "");
  EXPECT_EQ(get(with(1001)), "user");
  EXPECT_EQ(get(good()), "unknown_user") << "the shared token proves nobody";
  EXPECT_NE(refusal->message.find("socket"), std::string_view::npos);
}

TEST_F(Guard, RefusesWhomTheKernelDoesNotKnowUnlessAnybodyMay) {
  peer.user.reset();
  EXPECT_EQ(get(good()), "unknown_user");
  rules.access.profiles[0].users.anybody = true;
  EXPECT_EQ(get(good()), "");
}

TEST_F(Guard, RefusesAWrongOrMissingToken) {  // R10, R14
  EXPECT_EQ(get("Host: localhost\r\n"), "no_token");
  EXPECT_EQ(refusal->status, 401);
  for (const std::string token :
       {"x", "Bearer", "Bearer x", "Basic YTpi", "0123456789abcdefghijklmnopqrstuvwxyZ",
        "0123456789abcdefghijklmnopqrstuvwxyz0"})
    EXPECT_EQ(get("Host: localhost\r\nAuthorization: " + token + "\r\n"), "token") << token;
}

TEST_F(Guard, KeepsOldTokensUntilTheirGraceEnds) {  // R15
  tokens.retired.push_back({tokens.current.copy(), kNow + seconds(1)});
  tokens.current = Secret("another-token-another-token-another");
  EXPECT_EQ(get(good()), "");
  tokens.retired.front().valid_until = kNow;
  EXPECT_EQ(get(good()), "token");
}

TEST_F(Guard, AnswersOtherMethodsBeforeAnythingElse) {  // R16
  peer.user = 1001;
  EXPECT_EQ(reason("POST /credentials/a", "Host: evil.example\r\n"), "method");
  EXPECT_EQ(refusal->status, 405);
  EXPECT_EQ(refusal->allow, "GET, HEAD");
  EXPECT_EQ(reason("GET /latest/api/token", "Host: localhost\r\n"), "method");
  EXPECT_EQ(refusal->allow, "PUT");
  EXPECT_EQ(reason("GET /refresh/a", "Host: localhost\r\n"), "method");
  EXPECT_EQ(refusal->allow, "POST");
  EXPECT_EQ(reason("BREW /status", "Host: localhost\r\n"), "method");
}

TEST_F(Guard, ChecksInTheOrderOfTheContract) {
  peer.user = 1001;
  EXPECT_EQ(get("Host: evil.example\r\nOrigin: a\r\n"), "host");
  EXPECT_EQ(get("Host: localhost\r\nOrigin: a\r\n"), "cross_origin");
  EXPECT_EQ(get("Host: localhost\r\n"), "user");
  peer.user = 1000;
  EXPECT_EQ(get("Host: localhost\r\n"), "no_token");
}

class Metadata : public Guard {
 protected:
  std::string ask(const std::string& token) {
    const std::string field = token.empty() ? "" : "X-aws-ec2-metadata-token: " + token + "\r\n";
    return reason("GET /latest/meta-data/placement/region", "Host: localhost\r\n" + field);
  }
  std::string token(std::uint32_t user, WallTime issued = kNow) {
    return make_session_token(tokens, {issued, seconds(300), user, 1});
  }
  std::string bound(std::uint32_t user, std::string_view profile) {
    return make_session_token(tokens, {kNow, seconds(300), user, 1, profile_tag(profile)});
  }
  std::string at(const std::string& path, const std::string& token) {
    return reason("GET " + path, "Host: localhost\r\nX-aws-ec2-metadata-token: " + token + "\r\n");
  }
};

TEST_F(Metadata, WantsASessionTokenAndSays401SoThatSdksFetchANewOne) {  // R18, R19
  EXPECT_EQ(ask(token(1000)), "");
  EXPECT_EQ(ask(""), "no_session_token");
  EXPECT_EQ(refusal->status, 401);
  EXPECT_EQ(ask("nonsense"), "session_token");
  EXPECT_EQ(refusal->status, 401);
  EXPECT_EQ(ask(token(1000, kNow - seconds(300))), "session_token_expired");
  EXPECT_EQ(refusal->status, 401);
}

TEST_F(Metadata, RefusesATokenReplayedByAnotherUser) {
  rules.access.profiles[0].users.users = {1000, 1001};
  const std::string made = token(1000);
  peer.user = 1001;
  EXPECT_EQ(ask(made), "session_token_foreign");
  EXPECT_EQ(refusal->status, 401);
}

TEST_F(Metadata, BindsATokenToTheProfileInWhosePathItWasTaken) {
  peer.user = 1002;
  rules.access.profiles[0].users.users = {1000, 1002};
  const std::string credentials = "latest/meta-data/iam/security-credentials/";
  const std::string one = bound(1002, "b");
  for (const std::string& path : {"/profiles/b/" + credentials, "/" + credentials,
                                  "/" + credentials + "b", std::string("/latest/user-data")})
    EXPECT_EQ(at(path, one), "") << path;
  for (const std::string& path : {"/profiles/a/" + credentials, "/" + credentials + "a"}) {
    EXPECT_EQ(at(path, one), "session_token_elsewhere") << path;
    EXPECT_EQ(refusal->status, 401);
    EXPECT_EQ(at(path, token(1002)), "") << "taken at the root it is for any: " << path;
  }
  EXPECT_EQ(at("/" + credentials, bound(1002, "gone")), "session_token_elsewhere");
}

// minio-go takes its token in a profile's path and asks at the root then.
TEST_F(Metadata, MeansTheTokensProfileWhereThePathNamesNone) {
  const std::string path = "/latest/meta-data/iam/security-credentials/";
  EXPECT_EQ(at(path, bound(1000, "b")), "user") << "b is not theirs";
  peer.user = 1002;
  EXPECT_EQ(at(path, bound(1002, "b")), "");
  const std::string bytes =
      "GET " + path + " HTTP/1.1\r\nHost: a\r\nX-aws-ec2-metadata-token: " + bound(1002, "b") +
      "\r\n\r\n";
  RequestHead head;
  ASSERT_FALSE(read_head(bytes, head));
  EXPECT_EQ(meant(find_target(head.path, true), head, rules.access),
            (Target{Route::imds_profile, "b"}));
}

TEST_F(Metadata, AsksTheListOfTheProfileInThePath) {
  EXPECT_EQ(reason("PUT /profiles/a/latest/api/token", "Host: localhost\r\n"), "");
  EXPECT_EQ(reason("PUT /profiles/b/latest/api/token", "Host: localhost\r\n"), "user");
  EXPECT_EQ(at("/profiles/b/latest/meta-data/placement/region", token(1000)), "user");
}

TEST_F(Metadata, ServesVersion1OnlyWhereItIsAllowed) {  // R19
  rules.imds_v1 = true;
  EXPECT_EQ(ask(""), "");
  EXPECT_EQ(ask("nonsense"), "session_token");
}

TEST_F(Metadata, AsksForTheTokenBeforeSayingWhatIsThere) {
  EXPECT_EQ(reason("GET /latest/user-data", "Host: localhost\r\n"), "no_session_token");
}

}  // namespace
}  // namespace mdh
