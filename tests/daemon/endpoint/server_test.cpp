// Goal: every AWS SDK can live with the endpoint, and nobody else gets anything from it. The exact
// header sets of the SDKs, over real sockets (R1-R31; bugs 1, 2, 8, 16, 21-25).
#include "daemon/endpoint/server.h"

#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <sstream>

#include "common/endpoint/answer.h"
#include "daemon/endpoint/connection_queues.h"
#include "daemon/system/log.h"
#include "tests/support/eventually.h"
#include "tests/support/leave.h"
#include "tests/support/running_endpoint.h"

namespace mdh {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

struct Spoken {
  const char* client;
  std::string fields;
};

std::vector<Spoken> container_clients(const std::string& port) {
  const std::string token = RunningEndpoint::authorized();
  const std::string host = "Host: 127.0.0.1:" + port + "\r\n";
  return {
      {"botocore", host +
                       "Accept-Encoding: identity\r\nUser-Agent: python-urllib3/2.5\r\n"
                       "Accept: application/json\r\n" +
                       token},
      {"JS v3", token + host + "Connection: keep-alive\r\n"},
      {"JS v2", "User-Agent: aws-sdk-nodejs/2.1692\r\nAccept: application/json\r\n" + token + host +
                    "Connection: close\r\n"},
      {"Go v2", host +
                    "User-Agent: Go-http-client/1.1\r\nAccept: application/json\r\n"
                    "Amz-Sdk-Request: attempt=1; max=3\r\n" +
                    token + "Accept-Encoding: gzip\r\n"},
      {"Go v1", host + "User-Agent: rclone/v1.60\r\nAccept: application/json\r\n" + token +
                    "Accept-Encoding: gzip\r\n"},
      {"aws-c-auth", "Host: 127.0.0.1\r\n" + token +
                         "Accept: application/json\r\nAccept-Encoding: identity\r\n"
                         "User-Agent: aws-sdk-crt/ecs-credentials-provider\r\n"},
      {"aws-c-auth by name", "Host: localhost\r\n" + token + "Accept: application/json\r\n"},
      {"aws-c-auth by IPv6", "Host: ::1\r\n" + token + "Accept: application/json\r\n"},
      {"Ruby",
       "Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3\r\nAccept: */*\r\n"
       "User-Agent: Ruby\r\n" +
           token + host},
      {"Java", "User-Agent: aws-sdk-java/2.31\r\n" + token + host +
                   "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2\r\n"
                   "Connection: keep-alive\r\n"},
      {"Java, HTTP/2 offered", host +
                                   "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                                   "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n" +
                                   token},
      {"Rust",
       host + "accept: application/json\r\nauthorization: " + std::string(kTestToken) + "\r\n"},
      {"C++", host + "User-Agent: aws-sdk-cpp/1.11\r\nAccept: */*\r\n" + token},
      {"legacy Bearer", host + "Authorization: Bearer " + std::string(kTestToken) + "\r\n"}};
}

TEST(EndpointServer, AnswersEverySdksContainerRequest) {  // R2, R3, R4, R6, R8, R12
  RunningEndpoint endpoint;
  for (const auto& [client, fields] : container_clients(std::to_string(endpoint.port))) {
    const std::string answer =
        endpoint.ask("GET /credentials/mdh-lab HTTP/1.1\r\n" + fields + "\r\n");
    EXPECT_EQ(answer.substr(0, 17), "HTTP/1.1 200 OK\r\n") << client << answer;
    EXPECT_TRUE(has(answer, "\r\nContent-Type: application/json\r\n")) << client;
    EXPECT_TRUE(has(answer, "\r\nCache-Control: no-store\r\n")) << client;
    EXPECT_TRUE(has(answer, "\r\nX-Content-Type-Options: nosniff\r\n")) << client;
    EXPECT_FALSE(has(answer, "Content-Encoding")) << client;
    EXPECT_TRUE(has(answer, "{\"AccessKeyId\":\"ASIAEXAMPLE\",\"SecretAccessKey\":")) << client;
  }
}

TEST(EndpointServer, AnswersEverySdksMetadataSequence) {  // R4, R5, R17, R20, R21
  RunningEndpoint endpoint;
  const std::string host = "Host: 127.0.0.1:" + std::to_string(endpoint.port) + "\r\n";
  const std::vector<Spoken> clients{
      {"botocore", host + "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\nContent-Length: 0\r\n"},
      {"JS v2", host + "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\nContent-Length: 0\r\n"
                       "Connection: close\r\n"},
      {"Go v2", host + "User-Agent: aws-sdk-go-v2\r\nContent-Length: 0\r\nAmz-Sdk-Request: "
                       "attempt=1; max=3\r\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 300\r\n"},
      {"aws-c-auth",
       "Host: 127.0.0.1\r\nConnection: keep-alive\r\n"
       "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n"},
      {"Ruby", host + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n"
                      "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\n"}};
  for (const auto& [client, fields] : clients) {
    const std::string granted =
        endpoint.ask("PUT //latest/api/token HTTP/1.1\r\n" + fields + "\r\n");
    EXPECT_EQ(granted.substr(0, 17), "HTTP/1.1 200 OK\r\n") << client << granted;
    EXPECT_TRUE(has(granted, "\r\nContent-Type: text/plain\r\n"));
    EXPECT_TRUE(has(granted, "\r\nx-aws-ec2-metadata-token-ttl-seconds: ")) << client;
    const std::string token =
        "x-aws-ec2-metadata-token: " + granted.substr(granted.find("\r\n\r\n") + 4) + "\r\n";
    for (const std::string list :
         {"security-credentials", "security-credentials/", "security-credentials-extended/"}) {
      const std::string role = endpoint.get("/latest/meta-data/iam/" + list, token);
      EXPECT_EQ(role.substr(role.find("\r\n\r\n") + 4), "mdh-lab") << client;
    }
    EXPECT_TRUE(has(endpoint.get("/latest/meta-data/iam/security-credentials/mdh-lab", token),
                    "{\"Code\":\"Success\",\"LastUpdated\":"));
  }
}

TEST(EndpointServer, SendsExactlyTheFieldsItPromises) {  // R3, R8
  RunningEndpoint endpoint;
  std::istringstream answer(endpoint.get("/healthz"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(answer, line);) lines.push_back(line);
  EXPECT_THAT(lines, testing::ElementsAre("HTTP/1.1 200 OK\r", "Cache-Control: no-store\r",
                                          "Connection: close\r", "Content-Length: 2\r",
                                          "Content-Type: text/plain\r",
                                          "X-Content-Type-Options: nosniff\r", "\r", "ok"));
}

TEST(EndpointServer, AnswersHeadWithTheLengthAndNoBody) {  // R16
  RunningEndpoint endpoint;
  for (const std::string path : {"/credentials", "/status", "/"}) {
    Client client(endpoint.port);
    client.send("HEAD " + path + " HTTP/1.0\r\n" + RunningEndpoint::authorized() + "\r\n");
    const std::string answer = client.rest();
    EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK") << path;
    EXPECT_EQ(answer.substr(answer.size() - 4), "\r\n\r\n");
    EXPECT_FALSE(has(answer, "Content-Length: 0\r\n"));
  }
}

TEST(EndpointServer, AnswersOverIpv6) {
  RunningEndpoint endpoint;
  Client client(endpoint.port6, true);
  client.send("GET /credentials HTTP/1.1\r\nHost: [::1]:" + std::to_string(endpoint.port6) +
              "\r\n" + RunningEndpoint::authorized() + "\r\n");
  EXPECT_TRUE(has(client.answer(), "200 OK"));
}

TEST(EndpointServer, RefusesBadMethodsWithAllow) {  // R16
  RunningEndpoint endpoint;
  const std::string answer =
      endpoint.ask("DELETE /credentials HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(has(answer, "405 Method Not Allowed"));
  EXPECT_TRUE(has(answer, "\r\nAllow: GET, HEAD\r\n"));
}

TEST(EndpointServer, CountsEachRefusalByItsReason) {
  RunningEndpoint endpoint;
  endpoint.ask("GET /credentials HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  endpoint.get("/credentials", "X-Forwarded-For: 1\r\n");
  endpoint.get("/credentials", "Origin: http://evil.example\r\n");
  endpoint.get("/credentials", "Authorization: wrong\r\n");
  endpoint.get("/latest/meta-data/", "x-aws-ec2-metadata-token: wrong\r\n");
  const std::string metrics = endpoint.get("/metrics");
  for (const std::string reason : {"host", "forwarded", "cross_origin", "token", "session_token"})
    EXPECT_TRUE(has(metrics, "mdh_credentials_denied_requests_total{reason=\"" + reason + "\"} 1"))
        << reason << metrics;
}

TEST(EndpointServer, LogsWhoWasRefusedWhatAndWhyButNoToken) {
  RunningEndpoint endpoint;
  testing::internal::CaptureStderr();
  endpoint.get("/credentials", "Authorization: guessed\r\n");
  flush_log();  // written by a thread of its own
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(has(log, "refused /credentials/{profile} to uid " + std::to_string(geteuid()) +
                           ": Authorization does not hold the endpoint's token"))
      << log;
  EXPECT_FALSE(has(log, "guessed"));
}

// The child asks as another user; its exit status tells what it heard.
int heard_by(uid_t user, const std::function<std::string()>& ask, std::string_view expected) {
  const pid_t child = fork();
  if (child == 0) {
    if (setgroups(0, nullptr) != 0 || setresgid(user, user, user) != 0 ||
        setresuid(user, user, user) != 0)
      test::leave(2);
    test::leave(has(ask(), expected) ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

TEST(EndpointServer, RefusesAForeignUserWhoHoldsTheToken) {
  if (geteuid() != 0) GTEST_SKIP() << "needs to become another user";
  RunningEndpoint endpoint;
  const auto ask = [&] { return endpoint.get("/credentials", RunningEndpoint::authorized()); };
  EXPECT_EQ(heard_by(65534, ask, "\"UserNotAllowed\""), 0);
  EXPECT_EQ(heard_by(
                65534, [&] { return endpoint.get("/status"); }, "200 OK"),
            0);
}

TEST(EndpointServer, RefusesASessionTokenReplayedByAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "needs to become another user";
  EndpointConfig config;
  config.allowed_users = {"root", "65534"};
  RunningEndpoint endpoint(config);
  const std::string granted = endpoint.ask(
      "PUT /latest/api/token HTTP/1.1\r\nHost: localhost\r\n"
      "x-aws-ec2-metadata-token-ttl-seconds: 300\r\n\r\n");
  const std::string token =
      "x-aws-ec2-metadata-token: " + granted.substr(granted.find("\r\n\r\n") + 4) + "\r\n";
  const auto ask = [&] { return endpoint.get("/latest/meta-data/placement/region", token); };
  EXPECT_TRUE(has(ask(), "200 OK"));
  EXPECT_EQ(heard_by(65534, ask, "\"SessionTokenForeign\""), 0);
}

TEST(EndpointServer, KeepsTheFirstRequestWaitingUntilTheSetComes) {  // R7
  EXPECT_TRUE(test::eventually([] {  // the wait ends after 800 ms: on a slow machine too soon
    RunningEndpoint endpoint({}, false);
    Client client(endpoint.port);
    client.send("GET /credentials HTTP/1.1\r\nHost: localhost\r\n" + RunningEndpoint::authorized() +
                "\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_TRUE(has(endpoint.get("/healthz"), "200 OK"));  // nobody else waits
    endpoint.become_ready();
    const bool served = has(client.answer(), "ASIAEXAMPLE");
    EXPECT_TRUE(has(client.answer(), "\r\n\r\nok"));
    return served;
  }));
}

TEST(EndpointServer, AWaiterThatHangsUpTakesNothingFromTheOthers) {  // Field bug 11
  const std::string request =
      "GET /credentials HTTP/1.1\r\nHost: localhost\r\n" + RunningEndpoint::authorized() + "\r\n";
  EXPECT_TRUE(test::eventually([&] {
    RunningEndpoint endpoint({}, false);
    auto gone = std::make_unique<Client>(endpoint.port);
    gone->send(request);
    Client client(endpoint.port);
    client.send(request);
    EXPECT_TRUE(has(endpoint.get("/healthz"), "200 OK"));  // both have been read
    gone.reset();
    endpoint.become_ready();
    return has(client.answer(), "ASIAEXAMPLE");
  }));
}

TEST(EndpointServer, GivesUpWaitingWithinWhatSdksBear) {  // R7: 900 ms, IMDS 450 ms
  RunningEndpoint endpoint({}, false);
  EXPECT_EQ(lifetime_of(Standing::parked), kContainerWait);
  const std::string answer = endpoint.get("/credentials", RunningEndpoint::authorized());
  EXPECT_TRUE(has(answer, "503 Service Unavailable"));
  EXPECT_TRUE(has(answer, "\"NotReady\""));
  EXPECT_TRUE(has(answer, "\r\nRetry-After: 1\r\n"));
}

TEST(EndpointServer, GivesUpWaitingSoonerWhereSdksAreLessPatient) {  // R7: IMDS 450 ms
  RunningEndpoint endpoint({}, false);
  const std::string granted = endpoint.ask(
      "PUT /latest/api/token HTTP/1.1\r\nHost: localhost\r\n"
      "x-aws-ec2-metadata-token-ttl-seconds: 300\r\n\r\n");
  const std::string token =
      "x-aws-ec2-metadata-token: " + granted.substr(granted.find("\r\n\r\n") + 4) + "\r\n";
  EXPECT_EQ(lifetime_of(Standing::parked_briefly), kImdsWait);
  EXPECT_TRUE(has(endpoint.get("/latest/meta-data/iam/security-credentials/mdh-lab", token),
                  "503 Service Unavailable"));
}

// R31. Also R25: a set is judged when it is asked for, not when a timer fires.
TEST(EndpointServer, ReadsTheWallClockAnewForEveryRequest) {
  RunningEndpoint endpoint;
  Client client(endpoint.port);
  const std::string request =
      "GET /credentials HTTP/1.1\r\nHost: localhost\r\n" + RunningEndpoint::authorized() + "\r\n";
  for (const auto& [ahead, answer] : std::vector<std::pair<int, std::string>>{
           {0, "200 OK"}, {3590, "\"Expired\""}, {3500, "200 OK"}, {7200, "\"Expired\""}}) {
    endpoint.ahead = ahead;  // as when the machine slept, or its clock was set
    client.send(request);
    EXPECT_TRUE(has(client.answer(), answer)) << ahead;
  }
}

TEST(EndpointServer, AbsorbsAStormFromMemory) {  // R29: boto3 asks at every access near the end
  RunningEndpoint endpoint;
  Client client(endpoint.port);
  const std::string request =
      "GET /credentials HTTP/1.1\r\nHost: localhost\r\n" + RunningEndpoint::authorized() + "\r\n";
  client.send(request);
  const std::string first = client.answer();
  for (int i = 0; i < 1000; ++i) {
    client.send(request);
    ASSERT_EQ(client.answer(), first);
  }
  EXPECT_EQ(endpoint.refreshes, 0);
}

TEST(EndpointServer, LetsNoMoreThanSixteenWait) {
  EXPECT_TRUE(test::eventually([] {
    RunningEndpoint endpoint({}, false);
    std::vector<std::unique_ptr<Client>> waiting;
    for (int i = 0; i < 16; ++i) {
      waiting.push_back(std::make_unique<Client>(endpoint.port));
      waiting.back()->send("GET /credentials HTTP/1.1\r\nHost: localhost\r\n" +
                           RunningEndpoint::authorized() + "\r\n");
    }
    endpoint.get("/healthz");  // the sixteen have been read before this answer
    EXPECT_TRUE(has(endpoint.get("/credentials", RunningEndpoint::authorized()), "\"NotReady\""));
    pollfd first{waiting.front()->fd(), POLLIN, 0};
    return poll(&first, 1, 0) == 0;  // the seventeenth was answered while the first still waits
  }));
}

TEST(EndpointServer, TakesANewTokenWithTheNextRequest) {  // R15
  RunningEndpoint endpoint;
  endpoint.run_there([&] {
    TokenRing tokens;
    tokens.current = Secret("a-new-token-a-new-token-a-new-token");
    tokens.retired.push_back({Secret(kTestToken), read_clocks().wall + seconds(3600)});
    endpoint.server().set_tokens(std::move(tokens));
  });
  EXPECT_TRUE(has(endpoint.get("/credentials", RunningEndpoint::authorized()), "200 OK"));
  EXPECT_TRUE(
      has(endpoint.get("/credentials", "Authorization: a-new-token-a-new-token-a-new-token\r\n"),
          "200 OK"));
}

TEST(EndpointServer, TakesANewConfigurationWithTheNextRequest) {
  RunningEndpoint endpoint;
  endpoint.run_there([&] {
    Config config = endpoint.config();
    config.endpoint.imds = false;
    config.accounts[0].projects[0].allowed_users = {"nobody-of-that-name"};
    endpoint.server().reconfigure(config, {});
  });
  EXPECT_TRUE(has(endpoint.get("/latest/meta-data/"), "404 Not Found"));
  const auto ask = [&] { return endpoint.get("/credentials", RunningEndpoint::authorized()); };
  EXPECT_TRUE(has(ask(), "503 Service Unavailable"));
  endpoint.run_there([&] {
    auto names = std::make_shared<Names>();
    names->users["nobody-of-that-name"] = std::nullopt;
    endpoint.server().take_names(names);
  });
  EXPECT_TRUE(has(ask(), "\"UserNotAllowed\""));
}

TEST(EndpointServer, RefreshesOnceAndThenSaysWhenAgain) {
  RunningEndpoint endpoint;
  const std::string request = "POST /refresh/mdh-lab HTTP/1.1\r\nHost: localhost\r\n" +
                              RunningEndpoint::authorized() + "Content-Length: 0\r\n\r\n";
  EXPECT_TRUE(has(endpoint.ask(request), "202 Accepted"));
  const std::string second = endpoint.ask(request);
  EXPECT_TRUE(has(second, "429 Too Many Requests"));
  EXPECT_TRUE(has(second, "\r\nRetry-After: 9\r\n"));
}

TEST(EndpointServer, LocksNobodyOutAfterFailures) {  // R11; Field bug 16
  RunningEndpoint endpoint;
  for (int i = 0; i < 200; ++i) endpoint.get("/credentials", "Authorization: wrong\r\n");
  EXPECT_TRUE(has(endpoint.get("/credentials", RunningEndpoint::authorized()), "200 OK"));
}

TEST(EndpointServer, LetsTheClientNameNoAddressOfItsOwn) {  // CVE-2025-66570, and Range, gzip
  RunningEndpoint endpoint;
  const std::string answer = endpoint.get(
      "/status", "REMOTE_ADDR: 9.9.9.9\r\nAccept-Encoding: gzip, br\r\nRange: bytes=0-0,0-0\r\n");
  EXPECT_TRUE(has(answer, "200 OK"));
  EXPECT_FALSE(has(answer, "Content-Encoding"));
  EXPECT_TRUE(has(answer, "{\"profiles\":["));
}

TEST(EndpointServer, ServesThePageUnderAStrictPolicy) {
  RunningEndpoint endpoint;
  const std::string answer = endpoint.get("/");
  EXPECT_TRUE(has(answer, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
  EXPECT_TRUE(has(answer, "\r\nContent-Security-Policy: default-src 'none'"));
  EXPECT_FALSE(has(answer, "ASIAEXAMPLE"));
}

}  // namespace
}  // namespace mdh
