// Goal: the right answer to everything that is let in, and never an empty or expired set
// (R10, R17, R20-R24, R27; bugs 1, 2, 25).
#include "common/endpoint/answer.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

const Now kNow{BootTime(milliseconds(1'000'000)), WallTime(milliseconds(1'800'000'000'000))};

CredentialsPtr set(seconds left, std::string_view token = "token") {
  auto made = std::make_shared<Credentials>();
  made->access_key_id = "ASIAEXAMPLE";
  made->secret_access_key = Secret("secret");
  made->session_token = Secret(token);
  made->expiration = kNow.wall + left;
  made->received = kNow.wall;
  return made;
}

class EndpointAnswers : public testing::Test {
 protected:
  EndpointAnswers() {
    tokens.current = Secret("0123456789abcdefghijklmnopqrstuvwxyz");
    config.imds_profile = "b@c";
    state.accounts.push_back({"lab", {}});
    state.profiles.resize(2);
    state.profiles[0].name = "a";
    state.profiles[0].region = "us-east-1";
    state.profiles[1].name = "b@c";
    state.profiles[1].region = "eu-west-1";
    access.profiles = {{"a", {false, {1000}, {}}}, {"b@c", {false, {1000, 1001}, {}}}};
    access.overseers.users = {0};
    for (ProfileState& profile : state.profiles) {
      profile.attempted = true;
      profile.credentials = set(seconds(3600));
      profile.life = lasting(kNow, seconds(3600));
    }
  }

  Outcome ask(const std::string& path, bool may_wait = false, const std::string& fields = "") {
    bytes = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
    EXPECT_FALSE(read_head(bytes, head));
    target = find_target(head.path, true);
    endpoint.forget_lists();
    return endpoint.answer({head, target, peer, may_wait},
                           {state, config, access, tokens, page, daemon, figures, kNow, 7});
  }
  Reply reply(const std::string& path, const std::string& fields = "") {
    return std::get<Reply>(ask(path, false, fields));
  }
  void fail(std::size_t profile, ErrorClass error_class) {
    state.profiles[profile].last_failure =
        Failure{{.error_class = error_class, .message = "it failed"}, kNow.wall};
  }
  bool says(const Reply& reply, std::string_view text) {
    return reply.content().find(text) != std::string_view::npos;
  }

  State state;
  EndpointConfig config;
  AccessRules access;
  Target target;
  Peer peer{1000, 6340};
  std::function<MetricsFigures()> figures = [this] {
    ++measured;
    return MetricsFigures();
  };
  int measured = 0;
  TokenRing tokens;
  PageContext page;
  DaemonFacts daemon;
  Endpoint endpoint;
  RequestHead head;
  std::string bytes;
};

TEST_F(EndpointAnswers, GivesTheFirstProfileByDefaultAndEveryOneByName) {  // R5
  EXPECT_EQ(reply("/credentials").status, 200);
  EXPECT_EQ(reply("/credentials/?x=1").content(),
            container_document(*state.profiles[0].credentials).reveal());
  EXPECT_EQ(reply("/credentials/b@c").status, 200);
  EXPECT_EQ(reply("/credentials/b%40c").status, 200);
}

TEST_F(EndpointAnswers, FollowsARotation) {  // R29
  EXPECT_TRUE(says(reply("/credentials/a"), "\"token\""));
  state.profiles[0].credentials = set(seconds(3600), "rotated");
  EXPECT_TRUE(says(reply("/credentials/a"), "\"rotated\""));
}

TEST_F(EndpointAnswers, KeepsAnsweringWhileUpstreamFails) {  // R27
  fail(0, ErrorClass::unreachable);
  EXPECT_EQ(reply("/credentials/a").status, 200);
}

TEST_F(EndpointAnswers, NeverServesWhatHasExpired) {  // R25; Field bug 2
  state.profiles[0].life = lasting(kNow, seconds(14));
  const Reply answer = reply("/credentials/a");
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(says(answer, "\"code\":\"Expired\""));
  EXPECT_FALSE(says(answer, "ASIA"));
  state.profiles[0].life = lasting(kNow, seconds(15));
  EXPECT_EQ(reply("/credentials/a").status, 200);
}

TEST_F(EndpointAnswers, NeverServesAnEmptyKey) {  // Field bug 1
  state.profiles[0].credentials = set(seconds(3600), "");
  EXPECT_EQ(reply("/credentials/a").status, 503);
  EXPECT_TRUE(says(reply("/credentials/a"), "UpstreamMalformed"));
}

TEST_F(EndpointAnswers, NamesTheLastFailureAndSaysRetryAfterOneSecond) {  // R10, R24; Field bug 25
  state.profiles[0].credentials = nullptr;
  for (const auto& [error_class, code] : std::vector<std::pair<ErrorClass, std::string>>{
           {ErrorClass::refused, "UpstreamRefused"},
           {ErrorClass::unreachable, "UpstreamUnreachable"},
           {ErrorClass::throttled, "UpstreamThrottled"},
           {ErrorClass::malformed, "UpstreamMalformed"}}) {
    fail(0, error_class);
    const Reply answer = reply("/credentials/a");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.content_type, kJson);
    EXPECT_TRUE(says(answer, "\"Code\":\"" + code + "\"")) << answer.content();
    ASSERT_EQ(answer.headers.size(), 1u);
    EXPECT_EQ(answer.headers[0].value, "1");
    // Never 200 with an error's document, nor 500, which PHP takes for something else.
    for (const std::string list : {"security-credentials/a", "security-credentials-extended/a"})
      EXPECT_EQ(reply("/latest/meta-data/iam/" + list).status, 503);
  }
}

TEST_F(EndpointAnswers, WaitsOnlyForAVeryFirstAttempt) {  // R7
  state.profiles[0].credentials = nullptr;
  state.profiles[0].attempted = false;
  EXPECT_FALSE(std::get<Park>(ask("/credentials/a", true)).briefly);
  EXPECT_TRUE(std::get<Park>(ask("/latest/meta-data/iam/security-credentials/a", true)).briefly);
  EXPECT_TRUE(says(std::get<Reply>(ask("/credentials/a", false)), "NotReady"));
  state.profiles[0].attempted = true;
  EXPECT_TRUE(std::holds_alternative<Reply>(ask("/credentials/a", true)));
}

TEST_F(EndpointAnswers, SaysUnknownProfileWhereJavaCanReadIt) {  // R10, R21
  EXPECT_EQ(reply("/credentials/nobody").status, 400);
  EXPECT_TRUE(says(reply("/credentials/nobody"), "UnknownProfile"));
  const Reply imds = reply("/latest/meta-data/iam/security-credentials/nobody");
  EXPECT_EQ(imds.status, 404);
  EXPECT_EQ(imds.content_type, kPlainText);
}

TEST_F(EndpointAnswers, NamesOneRoleWithoutANewlineOnEveryPath) {  // R20
  for (const std::string path :
       {"security-credentials", "security-credentials/", "security-credentials-extended",
        "security-credentials-extended/"}) {
    const Reply answer = reply("/latest/meta-data/iam/" + path);
    EXPECT_EQ(answer.content(), "b@c") << path;
    EXPECT_EQ(answer.content_type, kPlainText);
  }
}

TEST_F(EndpointAnswers, GivesAnyProfileOnBothImdsPaths) {  // R21
  for (const std::string path : {"security-credentials/a", "security-credentials-extended/a"})
    EXPECT_EQ(reply("/latest/meta-data/iam/" + path).content(),
              imds_document(*state.profiles[0].credentials).reveal());
}

TEST_F(EndpointAnswers, TellsTheRegion) {  // R22
  EXPECT_EQ(reply("/latest/meta-data/placement/region").content(), "eu-west-1");
  EXPECT_EQ(reply("/latest/meta-data/placement/availability-zone").content(), "eu-west-1a");
  EXPECT_EQ(reply("/latest/meta-data/placement/availability-zone/").content(), "eu-west-1a");
  EXPECT_TRUE(
      says(reply("/latest/dynamic/instance-identity/document"), "\"region\":\"eu-west-1\""));
  for (const std::string path :
       {"/latest/meta-data/", "/latest/user-data", "/latest/", "/latest/meta-data/iam/info",
        "/latest/meta-data/instance-id", "/latest/meta-data/iam/security-credentials/a/b"}) {
    EXPECT_EQ(reply(path).status, 404) << path;
    EXPECT_EQ(reply(path).content_type, kPlainText) << path;
  }
}

TEST_F(EndpointAnswers, HasNoRegionWhereNoneIsConfigured) {  // R22
  state.profiles[1].region.clear();
  for (const std::string path :
       {"meta-data/placement/region", "meta-data/placement/availability-zone",
        "meta-data/placement/availability-zone/", "dynamic/instance-identity/document"}) {
    EXPECT_EQ(reply("/latest/" + path).status, 404) << path;
    EXPECT_EQ(reply("/latest/" + path).content_type, kPlainText) << path;
  }
}

// R23: some SDKs drop a path and others keep it, so the first profile stands at the root.
TEST_F(EndpointAnswers, AnswersTheMetadataRoutesInAProfilesPath) {
  for (const std::string prefix :
       {"/profiles/b@c", "/profiles/b%40c", "/profiles/b@c/", "//profiles/b@c//"}) {
    const std::string metadata = prefix + "/latest/meta-data/";
    for (const std::string path : {"iam/security-credentials/", "iam/security-credentials",
                                   "iam/security-credentials-extended/"})
      EXPECT_EQ(reply(metadata + path).content(), "b@c") << prefix << path;
    EXPECT_EQ(reply(metadata + "iam/security-credentials/b@c").content(),
              imds_document(*state.profiles[1].credentials).reveal());
    EXPECT_EQ(reply(metadata + "placement/region").content(), "eu-west-1");
    EXPECT_EQ(reply(metadata + "placement/availability-zone/").content(), "eu-west-1a");
    EXPECT_TRUE(says(reply(prefix + "/latest/dynamic/instance-identity/document"), "eu-west-1"));
  }
  EXPECT_EQ(reply("/profiles/a/latest/meta-data/placement/region").content(), "us-east-1");
}

TEST_F(EndpointAnswers, GivesNothingOfAnotherProfileInAProfilesPath) {
  for (const std::string path :
       {"/profiles/a/latest/meta-data/iam/security-credentials/b@c",
        "/profiles/nobody/latest/meta-data/iam/security-credentials/",
        "/profiles/nobody/latest/meta-data/placement/region", "/profiles/a/latest/user-data",
        "/profiles/a", "/profiles/a/", "/profiles//latest/meta-data/iam/security-credentials/",
        "/profiles/a/credentials", "/profiles/a/latestmeta-data/placement/region"}) {
    EXPECT_EQ(reply(path).status, 404) << path;
    EXPECT_EQ(reply(path).content_type, kPlainText) << path;
  }
}

TEST_F(EndpointAnswers, GrantsATokenForTheProfileOfThePathAlone) {
  const std::string field = "x-aws-ec2-metadata-token-ttl-seconds: 300\r\n";
  EXPECT_EQ(claimed_profile(reply("/profiles/a/latest/api/token", field).content()),
            profile_tag("a"));
  EXPECT_EQ(claimed_profile(reply("/latest/api/token", field).content()), 0u);
  EXPECT_EQ(reply("/profiles/nobody/latest/api/token", field).status, 404);
}

TEST_F(EndpointAnswers, KnowsNoOtherPrefixBeforeTheMetadata) {
  for (const std::string prefix : {"/b@c", "/a", "/credentials"}) {
    const std::string path = prefix + "/latest/meta-data/iam/security-credentials/";
    EXPECT_NE(reply(path).status, 200) << path;
    EXPECT_FALSE(says(reply(path + "a"), "ASIA")) << path;
  }
  EXPECT_EQ(reply("/latest/meta-data/iam/security-credentials/").content(), config.imds_profile);
}

TEST_F(EndpointAnswers, GrantsTheTtlThatWasAskedForAndTellsHalfAnHourAtMost) {  // R17
  for (const std::string ttl : {"1", "300", "1800", "1801", "21600"}) {
    const Reply answer =
        reply("/latest/api/token", "x-aws-ec2-metadata-token-ttl-seconds: " + ttl + "\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.content_type, kPlainText);
    ASSERT_EQ(answer.headers.size(), 1u);
    EXPECT_EQ(answer.headers[0].value, ttl.size() < 5 && ttl != "1801" ? ttl : "1800");
    const WallTime end = kNow.wall + seconds(std::stoi(ttl));
    const auto verdict = [&](WallTime at) {
      return check_session_token(tokens, answer.content(), 1000, at);
    };
    EXPECT_EQ(verdict(end - milliseconds(1)), SessionVerdict::good) << "aws-c-auth counts on it";
    EXPECT_EQ(verdict(end), SessionVerdict::expired);
  }
  for (const std::string ttl : {"", "0", "-1", "21601", "1.5", "abc", "99999999999999999999"})
    EXPECT_EQ(
        reply("/latest/api/token", "x-aws-ec2-metadata-token-ttl-seconds: " + ttl + "\r\n").status,
        400)
        << ttl;
  EXPECT_EQ(reply("/latest/api/token").status, 400);
}

TEST_F(EndpointAnswers, SaysWhetherItIsHealthyAndReady) {
  EXPECT_EQ(reply("/healthz").status, 200);
  EXPECT_EQ(reply("/readyz").status, 200);
  state.stuck = true;
  EXPECT_EQ(reply("/healthz").status, 503);
  state.profiles[1].credentials = nullptr;
  const Reply answer = reply("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(says(answer, "b@c (expired)"));
}

TEST_F(EndpointAnswers, TellsNoSecretWhereNoTokenIsAsked) {
  for (const std::string path : {"/status", "/", "/healthz", "/readyz"}) {
    EXPECT_FALSE(says(reply(path), "ASIAEXAMPLE")) << path;
    EXPECT_FALSE(says(reply(path), "\"token\":")) << path;
  }
}

TEST_F(EndpointAnswers, TellsWhatBecameOfARefresh) {
  EXPECT_EQ(std::get<RefreshWish>(ask("/refresh/b%40c")).profile, "b@c");
  EXPECT_EQ(refresh_reply("a", {true, seconds(0)}, true).status, 202);
  const Reply later = refresh_reply("a", {false, seconds(7)}, true);
  EXPECT_EQ(later.status, 429);
  EXPECT_EQ(later.headers.at(0).value, "7");
  EXPECT_EQ(refresh_reply("x", {}, false).status, 400);
}

}  // namespace
}  // namespace mdh
