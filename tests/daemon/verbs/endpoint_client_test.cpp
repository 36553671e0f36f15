// Claims: the daemon is found by its socket, or asked by TCP where that is named; without proxy or
// redirect; its absence is said as such, and so is why what listens is not believed.
#include "daemon/verbs/endpoint_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <deque>
#include <filesystem>
#include <thread>

#include "tests/support/environment_guard.h"
#include "tests/support/eventually.h"
#include "tests/support/loopback_stub.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using test::EnvironmentGuard;
using testing::HasSubstr;
using testing::Not;

std::string answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

constexpr char kStatus[] = R"({"profiles":[],"urls":["http://[::1]:7","http://127.0.0.1:7"],)"
                           R"("token_file":"/t","pid":42,"config":"/c"})";

// Shows the request that came.
void show(test::Line& line) {
  line.write(answer("200 OK", line.request()));
}

class EndpointClientTest : public testing::Test {
 protected:
  EndpointClientTest() {
    set("HOME", folder_.path("home"));
    for (const char* name :
         {"STATE_DIRECTORY", "RUNTIME_DIRECTORY", "XDG_STATE_HOME", "XDG_RUNTIME_DIR",
          "MDH_CREDENTIALS_SOCKET", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"}) {
      set(name, "");
    }
  }
  void set(const char* name, const std::string& value) { variables_.emplace_back(name, value); }
  std::string place(const std::string& folder) {
    std::filesystem::create_directories(folder_.path(folder + "/mdh-credentials"));
    return folder_.path(folder + "/mdh-credentials/socket");
  }
  EndpointClient over_socket() const {
    return EndpointClient(DaemonAddress{{folder_.path("socket"), true}});
  }
  EndpointClient over_tcp(const test::LoopbackStub& stub) const {
    return EndpointClient(
        DaemonAddress{.socket = {},
                      .url = "http://127.0.0.1:" + std::to_string(stub.port()),
                      .token_file = folder_.write("token", std::string(36, 'a'))});
  }
  test::TemporaryFolder folder_;
  std::deque<EnvironmentGuard> variables_;
};

TEST_F(EndpointClientTest, FindsTheDaemonByItsSocket) {  // R1
  set("XDG_RUNTIME_DIR", folder_.path("run"));
  test::LoopbackStub stub(test::answering(answer("200 OK", kStatus)), place("run"));
  const auto found = find_daemon({});
  ASSERT_TRUE(found) << found.error().message;
  // Never [::1] where there is 127.0.0.1.
  EXPECT_EQ(found->base_url(), "http://127.0.0.1:7");
  EXPECT_EQ(found->token_file(), "/t");
  EXPECT_EQ(found->status().pid, 42);
  EXPECT_EQ(found->status().config, "/c");
}

TEST_F(EndpointClientTest, TriesTheNextPlaceWhereTheFirstIsNotADaemons) {
  set("RUNTIME_DIRECTORY", folder_.path("job"));
  set("XDG_RUNTIME_DIR", folder_.path("run"));
  std::filesystem::create_directories(folder_.path("job"));
  test::LoopbackStub other(test::answering(answer("404 Not Found", "")),
                           folder_.path("job/socket"));
  test::LoopbackStub stub(test::answering(answer("200 OK", kStatus)), place("run"));
  const DaemonSearch search = search_daemon({});
  ASSERT_TRUE(search.client);
  ASSERT_EQ(search.tried.size(), 2U);
  EXPECT_THAT(search.tried[0].why_not, HasSubstr("is not mdh-credentials"));
  EXPECT_EQ(search.tried[1].path, folder_.path("run/mdh-credentials/socket"));
  EXPECT_EQ(search.tried[1].why_not, "");
}

TEST_F(EndpointClientTest, LooksNowhereElseWhereASocketIsNamed) {
  set("XDG_RUNTIME_DIR", folder_.path("run"));
  test::LoopbackStub stub(test::answering(answer("200 OK", kStatus)), place("run"));
  Command command;
  command.socket = folder_.path("missing");
  EXPECT_FALSE(find_daemon(command));
  set("MDH_CREDENTIALS_SOCKET", folder_.path("missing"));
  EXPECT_FALSE(find_daemon({}));
}

TEST_F(EndpointClientTest, DoesNotSpeakToASocketInAFolderThatOthersMayWrite) {
  set("XDG_RUNTIME_DIR", folder_.path("run"));
  test::LoopbackStub stub(test::answering(answer("200 OK", kStatus)), place("run"));
  ::chmod(folder_.path("run").c_str(), 0777);
  const auto found = find_daemon({});
  EXPECT_FALSE(found && found->status().pid == 42);
  EXPECT_EQ(stub.accepted(), 0);
}

TEST_F(EndpointClientTest, SaysThatNoDaemonAnswersAndHowToStartOne) {
  Command command;
  command.socket = folder_.path("socket");
  const auto found = find_daemon(command);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().error_class, ErrorClass::unreachable);
  EXPECT_THAT(found.error().message, HasSubstr(folder_.path("socket")));
  EXPECT_THAT(found.error().hint, HasSubstr("mdh-credentials serve"));
}

TEST_F(EndpointClientTest, CreatesNothingByLooking) {
  (void)find_daemon({});
  EXPECT_FALSE(std::filesystem::exists(folder_.path("home")));
}

TEST_F(EndpointClientTest, SpeaksToASocketHoweverLongItsPath) {
  const std::string folder = std::string(100, 'a') + "/" + std::string(100, 'b');
  std::filesystem::create_directories(folder_.path(folder));
  test::LoopbackStub stub(show, folder_.path(folder + "/socket"));
  const EndpointClient client(DaemonAddress{{folder_.path(folder + "/socket"), true}});
  const auto reply = client.get("/x");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_THAT(std::string(reply->body.reveal()), HasSubstr("GET /x HTTP/1.1\r\nHost: localhost"));
}

// A socket whose queue is full says EAGAIN to who connects without waiting, as libcurl does.
class FullQueue {
 public:
  explicit FullQueue(const std::string& path) : address_(path) {
    bind(listener_.get(), address_.get(), LocalAddress::size());
    listen(listener_.get(), 1);
    while (connect_one()) continue;
  }
  // serve() answers everybody who waits or comes, until `answers` requests were answered.
  void serve(int answers) {
    while (answers > 0) {
      const FileDescriptor client(accept(listener_.get(), nullptr, nullptr));
      char request[4096];
      if (recv(client.get(), request, sizeof request, 0) <= 0) continue;
      const std::string reply = answer("200 OK", "here");
      send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
      --answers;
    }
  }
  void let_go() { waiting_.clear(); }

 private:
  bool connect_one() {
    waiting_.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    return connect(waiting_.back().get(), address_.get(), LocalAddress::size()) == 0;
  }
  LocalAddress address_;
  FileDescriptor listener_{socket(AF_UNIX, SOCK_STREAM, 0)};
  std::deque<FileDescriptor> waiting_;
};

TEST_F(EndpointClientTest, TriesAgainWhereManyWait) {
  FullQueue full(folder_.path("socket"));
  const auto refused = over_socket().get("/status");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("too many wait"));
  full.let_go();
  std::thread server([&] { full.serve(1); });
  EXPECT_TRUE(test::eventually([&] { return over_socket().get("/status").ok(); }));
  server.join();
}

TEST_F(EndpointClientTest, SendsNoTokenOverTheSocket) {
  test::LoopbackStub stub(show, folder_.path("socket"));
  const auto plain = over_socket().get("/status");
  const auto keys = over_socket().get_credentials("p");
  const auto post = over_socket().post("/refresh/p");
  for (const auto* reply : {&plain, &keys, &post}) {
    ASSERT_TRUE(*reply);
    EXPECT_THAT(std::string((*reply)->body.reveal()), Not(HasSubstr("Authorization")));
  }
}

TEST_F(EndpointClientTest, SendsTheTokenOverTcpOnlyWhereItIsAskedFor) {
  test::LoopbackStub stub(show);
  const auto plain = over_tcp(stub).get("/status");
  const auto with = over_tcp(stub).get_credentials("p");
  const auto post = over_tcp(stub).post("/refresh/p");
  ASSERT_TRUE(plain && with && post);
  EXPECT_THAT(std::string(plain->body.reveal()), Not(HasSubstr("Authorization")));
  EXPECT_THAT(std::string(with->body.reveal()),
              HasSubstr("Authorization: " + std::string(36, 'a') + "\r\n"));
  EXPECT_THAT(std::string(post->body.reveal()), HasSubstr("POST /refresh/p HTTP/1.1\r\n"));
  EXPECT_THAT(std::string(post->body.reveal()), HasSubstr("Content-Length: 0\r\n"));
}

TEST_F(EndpointClientTest, TakesTheTokenFromTheFolderThatIsNamedElseTheVariable) {
  test::LoopbackStub stub(test::answering(answer("200 OK", kStatus)));
  Command command;
  command.endpoint = "http://127.0.0.1:" + std::to_string(stub.port()) + "/";
  set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/of/variable");
  EXPECT_EQ(find_daemon(command).value().token_file(), "/of/variable");
  EXPECT_EQ(find_daemon(command).value().base_url() + "/", *command.endpoint);
  command.source.state_dir = "/state";
  EXPECT_EQ(find_daemon(command).value().token_file(), "/state/authorization-token");
}

TEST_F(EndpointClientTest, AsksNoProxyWhateverTheEnvironmentSays) {
  const EnvironmentGuard proxy("http_proxy", "http://127.0.0.1:9");
  test::LoopbackStub tcp(test::answering(answer("200 OK", "here")));
  test::LoopbackStub local(test::answering(answer("200 OK", "here")), folder_.path("socket"));
  for (const EndpointClient& client : {over_tcp(tcp), over_socket()}) {
    const auto reply = client.get("/status");
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body.reveal(), "here");
  }
}

TEST_F(EndpointClientTest, FollowsNoRedirect) {
  test::LoopbackStub stub(
      test::answering(
          "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
      folder_.path("socket"));
  const auto reply = over_socket().get("/status");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 302);
}

TEST_F(EndpointClientTest, NamesTheTokenFileThatCannotBeRead) {
  const EndpointClient lost(DaemonAddress{
      .socket = {}, .url = "http://127.0.0.1:1", .token_file = folder_.path("missing")});
  const auto reply = lost.get_credentials("p");
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message, HasSubstr(folder_.path("missing")));
  EXPECT_FALSE(reply.error().hint.empty());
}

}  // namespace
}  // namespace mdh
