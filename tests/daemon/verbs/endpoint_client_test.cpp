// Claims: the daemon is found through endpoint.json or --endpoint, asked without proxy or redirect,
// and its absence is said as such.
#include "daemon/verbs/endpoint_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/environment_guard.h"
#include "tests/support/loopback_stub.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using test::EnvironmentGuard;
using testing::HasSubstr;

std::string answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

class EndpointClientTest : public testing::Test {
 protected:
  std::string url_of(const test::LoopbackStub& stub) const {
    return "http://127.0.0.1:" + std::to_string(stub.port());
  }
  EndpointClient client(const std::string& url) const {
    return EndpointClient(
        {{url}, folder_.write("token", "abcdefghijklmnopqrstuvwxyz0123456789"), 1});
  }
  test::TemporaryFolder folder_;
};

TEST_F(EndpointClientTest, FindsTheDaemonThroughItsRecord) {  // R1
  SourceOptions source;
  source.runtime_dir = folder_.path();
  ASSERT_TRUE(
      write_endpoint_record(folder_.path(), {{"http://[::1]:7", "http://127.0.0.1:7"}, "/t", 1}));
  const auto found = EndpointClient::find(source, std::nullopt);
  ASSERT_TRUE(found);
  // Never [::1] where there is 127.0.0.1.
  EXPECT_EQ(found->base_url(), "http://127.0.0.1:7");
  EXPECT_EQ(found->token_file(), "/t");
}

TEST_F(EndpointClientTest, OptionBeatsTheRecordAndLosesItsSlash) {
  SourceOptions source;
  source.runtime_dir = folder_.path();
  ASSERT_TRUE(write_endpoint_record(folder_.path(), {{"http://127.0.0.1:7"}, "/t", 1}));
  const auto found = EndpointClient::find(source, "http://127.0.0.1:8/");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->base_url(), "http://127.0.0.1:8");
  EXPECT_EQ(found->token_file(), "/t");
}

TEST_F(EndpointClientTest, SaysThatNoDaemonAnswersAndHowToStartOne) {
  std::string url;
  {
    test::LoopbackStub gone([](test::Line&) {});
    url = url_of(gone);
  }
  const auto reply = client(url).get("/status");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error_class, ErrorClass::unreachable);
  EXPECT_THAT(reply.error().message, HasSubstr("no daemon answers at " + url));
  EXPECT_THAT(reply.error().hint, HasSubstr("mdh-credentials serve"));
}

TEST_F(EndpointClientTest, SendsTheTokenOnlyWhereItIsAskedFor) {
  test::LoopbackStub stub([](test::Line& line) { line.write(answer("200 OK", line.request())); });
  const auto plain = client(url_of(stub)).get("/status");
  const auto with = client(url_of(stub)).get_with_token("/credentials/p");
  const auto post = client(url_of(stub)).post("/refresh/p");
  ASSERT_TRUE(plain && with && post);
  EXPECT_THAT(std::string(plain->body.reveal()), testing::Not(HasSubstr("Authorization")));
  EXPECT_THAT(std::string(with->body.reveal()),
              HasSubstr("Authorization: abcdefghijklmnopqrstuvwxyz0123456789\r\n"));
  EXPECT_THAT(std::string(post->body.reveal()), HasSubstr("POST /refresh/p HTTP/1.1\r\n"));
  EXPECT_THAT(std::string(post->body.reveal()), HasSubstr("Content-Length: 0\r\n"));
}

TEST_F(EndpointClientTest, AsksNoProxyWhateverTheEnvironmentSays) {
  const EnvironmentGuard proxy("http_proxy", "http://127.0.0.1:9");
  test::LoopbackStub stub([](test::Line& line) {
    line.request();
    line.write(answer("200 OK", "here"));
  });
  const auto reply = client(url_of(stub)).get("/status");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body.reveal(), "here");
}

TEST_F(EndpointClientTest, FollowsNoRedirect) {
  test::LoopbackStub stub([](test::Line& line) {
    line.request();
    line.write("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  });
  const auto reply = client(url_of(stub)).get("/status");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 302);
}

TEST_F(EndpointClientTest, TriesTheNextAddress) {
  test::LoopbackStub stub([](test::Line& line) {
    line.request();
    line.write(answer("200 OK", "second"));
  });
  const EndpointClient two({{"http://[::1]:1", url_of(stub)}, "", 1});
  const auto reply = two.get("/status");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body.reveal(), "second");
}

TEST_F(EndpointClientTest, NamesTheTokenFileThatCannotBeRead) {
  const EndpointClient lost({{"http://127.0.0.1:1"}, folder_.path("missing"), 1});
  const auto reply = lost.get_with_token("/credentials/p");
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message, HasSubstr(folder_.path("missing")));
  EXPECT_FALSE(reply.error().hint.empty());
}

}  // namespace
}  // namespace mdh
