#include "daemon/upstream/worker.h"

#include <gmock/gmock.h>
#include <poll.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "common/encoding.h"
#include "daemon/system/clock.h"
#include "tests/support/keys.h"
#include "tests/support/loopback_stub.h"
#include "tests/support/stub_agent.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using nlohmann::json;
using test::answering;
using test::json_reply;
using test::Line;
using test::LoopbackStub;
using testing::HasSubstr;

constexpr auto kHang = [](Line& line) { line.hang(); };
const std::string kSet = R"({"AccessKeyId":"ASIA1","SecretAccessKey":"s","SessionToken":"t"})";

bool readable(int fd, milliseconds most) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, static_cast<int>(most.count())) == 1;
}

// The claims of the assertion in a request, after its signature was verified; null without one.
json claims_in(const std::string& request, EVP_PKEY* key) {
  const std::size_t at = request.find("client_assertion=");
  if (at == request.npos) return nullptr;
  const std::string jws = request.substr(at + 17);
  const std::size_t dot = jws.find('.');
  const std::size_t last = jws.rfind('.');
  const auto signature = base64_decode(jws.substr(last + 1));
  if (!signature || !test::verifies(key, jws.substr(0, last), *signature)) return nullptr;
  return json::parse(base64_decode(jws.substr(dot + 1, last - dot - 1)).value());
}

class WorkerTest : public testing::Test {
 protected:
  std::string key_file(EVP_PKEY* key = test::shared_rsa()) {
    return folder_.write("key.pem", test::pkcs1(key));
  }

  UpstreamCall token_call(std::uint64_t id, const std::string& url) {
    AccountConfig account;
    account.service_account = "MyDataHelps.1234.lab";
    account.private_key.name = key_file();
    account.token_url = url;
    account.audience = "https://audience.example";
    return {
        id, UpstreamCall::Kind::token, std::make_shared<const AccountConfig>(account), 0, nullptr,
        {}};
  }

  static UpstreamCall exchange_call(std::uint64_t id, const std::string& url) {
    AccountConfig account;
    account.projects.resize(2);
    account.projects[1].profile = "mdh-lab";
    account.projects[1].project_code = "RK.1";
    account.projects[1].exchange_url = url;
    const auto token = std::make_shared<const AccessToken>(AccessToken{Secret("opaque"), {}});
    return {
        id, UpstreamCall::Kind::exchange, std::make_shared<const AccountConfig>(account), 1, token,
        {}};
  }

  std::map<std::uint64_t, CallReport> collect(std::size_t count) {
    std::map<std::uint64_t, CallReport> found;
    while (found.size() < count && readable(worker_.event_fd(), seconds(10))) {
      for (auto& report : worker_.reports()) {
        const std::uint64_t id = report.id;
        EXPECT_TRUE(found.emplace(id, std::move(report)).second) << "reported twice: " << id;
      }
    }
    EXPECT_EQ(found.size(), count);
    return found;
  }

  CallReport run(UpstreamCall call) {
    worker_.send(std::move(call));
    auto found = collect(1);
    if (found.empty()) std::abort();
    return std::move(found.begin()->second);
  }

  test::TemporaryFolder folder_;
  Worker worker_{TransportOptions{}};
};

TEST_F(WorkerTest, BringsHomeAnAccessTokenForASignedAssertion) {
  std::string request;
  const LoopbackStub stub([&](Line& line) {
    request = line.request();
    line.write(json_reply(R"({"access_token":"opaque","expires_in":3600})",
                          "Date: Sun, 01 Mar 2026 12:00:00 GMT\r\n"));
  });
  const Now before = read_clocks();
  const CallReport report = run(token_call(7, stub.url()));
  ASSERT_TRUE(report.outcome.ok()) << report.outcome.error().message;
  const auto token = std::get<AccessTokenPtr>(report.outcome.value());
  EXPECT_EQ(token->value.reveal(), "opaque");
  EXPECT_EQ(token->usable_until, report.sent.boot + seconds(3570));
  EXPECT_EQ(report.id, 7U);
  ASSERT_TRUE(report.reading);
  EXPECT_EQ(report.reading->date, *parse_rfc3339("2026-03-01T12:00:00Z"));
  EXPECT_GE(report.sent.boot, before.boot);
  EXPECT_GE(report.received.boot, report.sent.boot);
  const json claims = claims_in(request, test::shared_rsa());
  ASSERT_TRUE(claims.is_object());
  EXPECT_EQ(claims.at("iss"), "MyDataHelps.1234.lab");
  EXPECT_EQ(claims.at("aud"), "https://audience.example");
  const auto expected = std::chrono::floor<seconds>(report.sent.wall.time_since_epoch()).count();
  EXPECT_NEAR(claims.at("exp").get<double>(), static_cast<double>(expected + 900), 2);
}

TEST_F(WorkerTest, SignsWithUpstreamsTimeWhereItIsGiven) {
  json claims;
  const LoopbackStub stub([&](Line& line) {
    claims = claims_in(line.request(), test::shared_rsa());
    line.write(json_reply(R"({"access_token":"opaque"})"));
  });
  UpstreamCall call = token_call(1, stub.url());
  const WallTime upstream = *parse_rfc3339("2031-01-01T00:00:00Z");
  call.upstream_since_boot = upstream.time_since_epoch() - read_clocks().boot.time_since_epoch();
  EXPECT_TRUE(run(std::move(call)).outcome.ok());
  const auto expected = std::chrono::floor<seconds>(upstream.time_since_epoch()).count() + 900;
  EXPECT_NEAR(claims.at("exp").get<double>(), static_cast<double>(expected), 5);
}

// Field bug 15: a key read once at the start. A jti is burnt by its first use.
TEST_F(WorkerTest, ReadsTheKeyAfreshAndNeverReusesAJti) {
  const test::Pkey other = test::new_rsa(2048);
  EVP_PKEY* expected = test::shared_rsa();
  std::set<std::string> seen;
  const LoopbackStub stub([&](Line& line) {
    const json claims = claims_in(line.request(), expected);
    if (claims.is_object()) seen.insert(claims.at("jti").get<std::string>());
    line.write(json_reply(R"({"access_token":"opaque"})"));
  });
  UpstreamCall call = token_call(1, stub.url());
  EXPECT_TRUE(run(call).outcome.ok());
  key_file(other.get());
  expected = other.get();
  call.id = 2;
  EXPECT_TRUE(run(call).outcome.ok());
  EXPECT_EQ(seen.size(), 2U);
}

TEST_F(WorkerTest, ReportsAKeyThatCannotBeUsedWithoutAsking) {
  const LoopbackStub stub(answering(json_reply("{}")));
  UpstreamCall call = token_call(1, stub.url());
  const std::string path = folder_.write("key.pem", "hunter2");
  const Error no_pem = run(call).outcome.error();
  EXPECT_EQ(no_pem.stage, Stage::key);
  EXPECT_THAT(no_pem.message, HasSubstr(path));
  folder_.write("key.pem", "hunter2", 0644);
  call.id = 2;
  EXPECT_EQ(run(call).outcome.error().hint, "chmod 600 " + path);
  EXPECT_EQ(stub.accepted(), 0);
}

TEST_F(WorkerTest, BringsHomeCredentials) {
  std::string request;
  const LoopbackStub stub([&](Line& line) {
    request = line.request();
    line.write(json_reply(kSet));
  });
  const CallReport report = run(exchange_call(3, stub.url("/token")));
  ASSERT_TRUE(report.outcome.ok()) << report.outcome.error().message;
  const auto set = std::get<CredentialsPtr>(report.outcome.value());
  EXPECT_EQ(set->access_key_id, "ASIA1");
  EXPECT_FALSE(set->expiration_named);
  EXPECT_EQ(set->received, report.received.wall);
  EXPECT_FALSE(report.reading);
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: opaque\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nProjectCode: RK.1\r\n"));
}

TEST_F(WorkerTest, ReportsTheDateOfARefusalToo) {
  const LoopbackStub stub(answering(
      "HTTP/1.1 401 No\r\nDate: Sun, 01 Mar 2026 12:00:00 GMT\r\nContent-Length: 0\r\n\r\n"));
  const CallReport report = run(exchange_call(3, stub.url()));
  ASSERT_FALSE(report.outcome.ok());
  EXPECT_EQ(report.outcome.error().http_status, 401);
  EXPECT_EQ(report.outcome.error().stage, Stage::exchange);
  ASSERT_TRUE(report.reading);
  EXPECT_EQ(report.reading->date, *parse_rfc3339("2026-03-01T12:00:00Z"));
}

TEST_F(WorkerTest, SetsTheStageOfATransportFailure) {
  int port = 0;
  { port = LoopbackStub(kHang).port(); }
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  EXPECT_EQ(run(token_call(1, url)).outcome.error().stage, Stage::token);
  EXPECT_EQ(run(exchange_call(2, url)).outcome.error().stage, Stage::exchange);
}

TEST_F(WorkerTest, HintsAtTheDesignerShapeWhenTheExplorerHostIsUnknown) {
  const Error error =
      run(exchange_call(1, "https://" + std::string(64, 'a') + ".invalid/")).outcome.error();
  EXPECT_THAT(error.hint, HasSubstr("designer"));
}

TEST_F(WorkerTest, ReportsEveryCallExactlyOnceThoughSomeAreSlow) {
  const LoopbackStub good(answering(json_reply(kSet)));
  const LoopbackStub bad(answering("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"));
  // The slow ones answer when all of them have been asked: none may wait for another's end.
  std::atomic<int> asked{0};
  const LoopbackStub slow([&asked](Line& line) {
    line.request();
    for (++asked; asked < 20;) std::this_thread::yield();
    line.write(json_reply(kSet));
  });
  for (std::uint64_t id = 0; id < 60; ++id) {
    const LoopbackStub& stub = id % 3 == 0 ? good : id % 3 == 1 ? bad : slow;
    worker_.send(exchange_call(id, stub.url()));
  }
  const auto found = collect(60);
  for (const auto& [id, report] : found) EXPECT_EQ(report.outcome.ok(), id % 3 != 1) << id;
  EXPECT_FALSE(readable(worker_.event_fd(), milliseconds(20)));
}

TEST_F(WorkerTest, HoldsNewOptionsForLaterCallsOnly) {
  const LoopbackStub slow(kHang);
  worker_.send(exchange_call(1, slow.url()));
  worker_.set_options({"", milliseconds(1000), milliseconds(100)});
  worker_.send(exchange_call(2, slow.url()));
  const auto found = collect(1);
  ASSERT_TRUE(found.contains(2));
  EXPECT_THAT(found.at(2).outcome.error().message, HasSubstr("within 100 ms"));
}

AccountConfig agent_account(const std::string& socket, const std::string& url) {
  AccountConfig account;
  account.name = "of the agent";
  account.private_key = {
      KeyReference::Kind::agent, test::public_half(test::shared_rsa()).fingerprint(), {}};
  account.agent_socket = socket;
  account.token_url = url;
  return account;
}

TEST_F(WorkerTest, WaitsForNoAgentButForTheCallThatNeedsIt) {
  const test::StubAgent silent(folder_.path("agent"), [](test::AgentTalk& talk) { talk.hang(); });
  const LoopbackStub stub(answering(json_reply(R"({"access_token":"opaque"})")));
  const LoopbackStub exchange(answering(json_reply(kSet)));
  UpstreamCall waiting = token_call(1, stub.url());
  waiting.account =
      std::make_shared<const AccountConfig>(agent_account(folder_.path("agent"), stub.url()));
  worker_.send(std::move(waiting));
  while (silent.accepted() == 0) std::this_thread::yield();
  worker_.send(token_call(2, stub.url()));
  worker_.send(exchange_call(3, exchange.url()));
  const auto found = collect(2);
  EXPECT_TRUE(found.contains(2));
  EXPECT_TRUE(found.contains(3));
}

// Ends long before its call would, which would outlast this test.
TEST(Worker, EndsAtOnceWhileAServerHangs) {
  const LoopbackStub slow(kHang);
  AccountConfig account;
  account.projects.resize(1);
  account.projects[0].exchange_url = slow.url();
  const auto token = std::make_shared<const AccessToken>(AccessToken{Secret("opaque"), {}});
  auto worker = std::make_unique<Worker>(TransportOptions{"", seconds(3600), seconds(3600)});
  worker->send({1,
                UpstreamCall::Kind::exchange,
                std::make_shared<const AccountConfig>(account),
                0,
                token,
                {}});
  while (slow.accepted() == 0) std::this_thread::yield();
  worker.reset();  // or this test hangs for an hour
}

}  // namespace
}  // namespace mdh
