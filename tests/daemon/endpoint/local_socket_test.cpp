// Claims: the socket is private, stands over whatever lay at its path, and is known again; over it
// the kernel's word on the caller stands for the token, and the daemon's own user and root alone
// are told where everything is.
#include "daemon/endpoint/local_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/endpoint/listeners.h"
#include "daemon/system/local_address.h"
#include "tests/support/running_endpoint.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

FileDescriptor connected(const std::string& path) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const LocalAddress address(path);
  EXPECT_EQ(connect(socket.get(), address.get(), LocalAddress::size()), 0) << path;
  return socket;
}

std::string ask(const std::string& path, const std::string& request) {
  const FileDescriptor socket = connected(path);
  const std::string text = request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
  std::string answer;
  char bytes[4096];
  for (ssize_t got = 0; (got = recv(socket.get(), bytes, sizeof bytes, 0)) > 0;)
    answer.append(bytes, static_cast<std::size_t>(got));
  return answer;
}

class LocalSocketTest : public testing::Test {
 protected:
  LocalListener opened() {
    auto made = open_local_socket(path_);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return std::move(made).value();
  }
  std::vector<FileDescriptor> listeners() {
    std::vector<FileDescriptor> all;
    all.push_back(opened().socket);
    return all;
  }
  test::TemporaryFolder folder_;
  std::string path_ = folder_.path("socket");
};

TEST_F(LocalSocketTest, IsThisUsersAlone) {
  const LocalListener made = opened();
  struct stat found {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 07777, 0600U);
}

TEST_F(LocalSocketTest, StandsOverWhateverLayThere) {
  folder_.write("socket", "a file");
  const LocalListener first = opened();
  EXPECT_TRUE(is_there(first.file));
  const LocalListener second = opened();
  EXPECT_FALSE(is_there(first.file));
  EXPECT_TRUE(is_there(second.file));
  connected(path_);
  std::filesystem::remove(path_);
  EXPECT_FALSE(is_there(second.file));
}

TEST_F(LocalSocketTest, TakesAPathOfAnyLength) {
  std::filesystem::create_directories(folder_.path(std::string(150, 'd')));
  path_ = folder_.path(std::string(150, 'd') + "/socket");
  const LocalListener made = opened();
  EXPECT_TRUE(is_there(made.file));
  connected(path_);
}

TEST_F(LocalSocketTest, ThatCannotBeMadeIsAnErrorThatNamesIt) {
  const auto made = open_local_socket(folder_.path("missing/socket"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr(folder_.path("missing/socket")));
}

TEST_F(LocalSocketTest, OfASocketUnitIsAdoptedBesidePortsOfOurOwn) {
  LocalListener made = opened();
  std::vector<FileDescriptor> passed;
  passed.push_back(std::move(made.socket));
  EndpointConfig config;
  config.listen = {"127.0.0.1:0"};
  config.listen_configured = true;
  const auto listeners = open_listeners(config, {std::move(passed)}, folder_.path());
  ASSERT_TRUE(listeners) << listeners.error().message;
  EXPECT_EQ(listeners->sockets.size(), 1U);
  EXPECT_THAT(listeners->addresses.front(), StartsWith("127.0.0.1:"));
  EXPECT_EQ(listeners->local.file.path, path_);
  EXPECT_TRUE(is_there(listeners->local.file));
}

TEST_F(LocalSocketTest, WantsNoTokenWhereTheKernelSaysWhoAsks) {
  const RunningEndpoint endpoint({}, true, listeners());
  EXPECT_THAT(ask(path_, "GET /credentials/mdh-lab"), HasSubstr("ASIAEXAMPLE"));
  EXPECT_THAT(ask(path_, "GET /latest/meta-data/iam/security-credentials/mdh-lab"),
              HasSubstr("ASIAEXAMPLE"));
  EXPECT_THAT(ask(path_, "POST /refresh/mdh-lab"), StartsWith("HTTP/1.1 202"));
}

TEST_F(LocalSocketTest, RefusesWhoIsNotAllowed) {
  EndpointConfig config;
  config.allowed_users = {"4294967290"};
  const RunningEndpoint endpoint(config, true, listeners());
  EXPECT_THAT(ask(path_, "GET /credentials/mdh-lab"), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(ask(path_, "GET /status"), StartsWith("HTTP/1.1 200"));
}

TEST_F(LocalSocketTest, TellsItsOwnUserWhereEverythingIs) {
  std::vector<FileDescriptor> all = listeners();
  std::uint16_t port = 0;
  all.insert(all.begin(), listen_on_loopback(port));
  EndpointConfig config;
  config.token_file = "/the/token";
  RunningEndpoint endpoint(config, true, std::move(all));
  endpoint.port = port;
  const std::string told = ask(path_, "GET /status");
  EXPECT_THAT(told, HasSubstr("\"urls\":[\"http://127.0.0.1:" + std::to_string(port) + "\"]"));
  EXPECT_THAT(told, HasSubstr(R"("token_file":"/the/token")"));
  EXPECT_THAT(told, HasSubstr("\"pid\":" + std::to_string(getpid())));
  EXPECT_THAT(endpoint.get("/status"), Not(HasSubstr("token_file")));
}

TEST_F(LocalSocketTest, IsReplacedWhileClientsWait) {
  RunningEndpoint endpoint({}, true, listeners());
  const FileDescriptor early = connected(path_);
  LocalListener next = opened();
  endpoint.run_there([&] { endpoint.server().replace_local(std::move(next.socket)); });
  EXPECT_THAT(ask(path_, "GET /healthz"), StartsWith("HTTP/1.1 200"));
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  send(early.get(), request.data(), request.size(), MSG_NOSIGNAL);
  char bytes[64];
  EXPECT_GT(recv(early.get(), bytes, sizeof bytes, 0), 0);
}

}  // namespace
}  // namespace mdh
