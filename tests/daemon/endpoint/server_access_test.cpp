// Goal: by whatever socket a client comes, and whatever the process is short of, the honest are
// served and the kernel is asked about the right connection.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "daemon/endpoint/listeners.h"
#include "tests/support/eventually.h"
#include "tests/support/own_network.h"
#include "tests/support/running_endpoint.h"

namespace mdh {
namespace {

const std::string kGet =
    "GET /credentials HTTP/1.1\r\nHost: localhost\r\n" + RunningEndpoint::authorized() + "\r\n";

bool is_served(Client& client) {
  client.send(kGet);
  return client.answer().find("200 OK") != std::string::npos;
}

// While it lives no descriptor can be opened in this process.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const FileDescriptor lowest(dup(STDIN_FILENO));
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(lowest.get());
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

FileDescriptor unconnected() {
  return FileDescriptor(socket(AF_INET, SOCK_STREAM, 0));
}

TEST(EndpointDoor, NeitherSpinsNorDiesWithoutDescriptorsAndServesOnceThereAreSome) {
  RunningEndpoint endpoint;
  std::vector<FileDescriptor> sockets;
  for (int i = 0; i < 3; ++i) sockets.push_back(unconnected());
  std::vector<std::unique_ptr<Client>> clients;
  {
    const NoDescriptors none;
    ASSERT_FALSE(unconnected());
    const long turns = endpoint.turns;
    for (FileDescriptor& socket : sockets)
      clients.push_back(std::make_unique<Client>(std::move(socket), endpoint.port, false));
    std::this_thread::sleep_for(seconds(1));
    EXPECT_LE(endpoint.turns - turns, 25) << "the listener stays readable: it must be let alone";
    EXPECT_TRUE(test::eventually([&] { return endpoint.turns - turns >= 2; })) << "nor for ever";
  }
  for (const auto& client : clients) EXPECT_TRUE(is_served(*client));
}

TEST(EndpointDoor, TakesTheDescriptorOfTheOldestIdleConnectionWhenThereIsNoOther) {
  RunningEndpoint endpoint;
  Client oldest(endpoint.port);
  Client newer(endpoint.port);
  ASSERT_TRUE(is_served(oldest));
  ASSERT_TRUE(is_served(newer));
  FileDescriptor socket = unconnected();
  const NoDescriptors none;
  Client newcomer(std::move(socket), endpoint.port, false);
  EXPECT_TRUE(is_served(newcomer));
  EXPECT_TRUE(oldest.closed());
  EXPECT_TRUE(is_served(newer));
}

// As systemd passes them: blocking, with none of our options, in the order of the unit.
TEST(EndpointDoor, ServesAtEverySocketThatWasPassed) {
  std::vector<FileDescriptor> passed;
  std::uint16_t ports[3] = {};
  for (int i = 0; i < 3; ++i) passed.push_back(listen_on_loopback(ports[i], i == 0));
  for (const FileDescriptor& socket : passed) {
    fcntl(socket.get(), F_SETFL, fcntl(socket.get(), F_GETFL) & ~O_NONBLOCK);
  }
  auto adopted = open_listeners({}, {std::move(passed)}, "/nonexistent");
  ASSERT_TRUE(adopted) << adopted.error().message;
  RunningEndpoint endpoint({}, true, std::move(adopted->sockets));
  for (int i = 0; i < 3; ++i) {
    Client client(ports[i], i == 0);
    EXPECT_TRUE(is_served(client)) << i;
    client.send(
        "GET /credentials HTTP/1.1\r\nHost: localhost:" + std::to_string(ports[(i + 1) % 3]) +
        "\r\n" + RunningEndpoint::authorized() + "\r\n");
    EXPECT_NE(client.answer().find("\"HostNotAllowed\""), std::string::npos)
        << "the port must be that of the listener which took the request";
  }
}

// R1: what people copy from the page is the address that suits every SDK, whatever came first.
TEST(EndpointDoor, PublishesTheIpv4AddressWhateverTheOrderOfSockets) {
  std::vector<FileDescriptor> passed;
  std::uint16_t six = 0;
  std::uint16_t four = 0;
  passed.push_back(listen_on_loopback(six, true));
  passed.push_back(listen_on_loopback(four));
  auto adopted = open_listeners({}, {std::move(passed)}, "/nonexistent");
  ASSERT_TRUE(adopted) << adopted.error().message;
  RunningEndpoint endpoint({}, true, std::move(adopted->sockets));
  endpoint.port = four;
  const std::string page = endpoint.get("/");
  EXPECT_NE(page.find("http://127.0.0.1:" + std::to_string(four) + "/credentials/mdh-lab"),
            std::string::npos);
  EXPECT_EQ(page.find("http://[::1]"), std::string::npos);
  EXPECT_EQ(page.find("http://localhost"), std::string::npos);
}

// A listener of both families sees IPv4 clients as ::ffff:127.0.0.1.
FileDescriptor listen_for_both(const char* address, std::uint16_t& port) {
  FileDescriptor socket(::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0));
  const int no = 0;
  setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  sockaddr_in6 at{};
  at.sin6_family = AF_INET6;
  inet_pton(AF_INET6, address, &at.sin6_addr);
  socklen_t size = sizeof at;
  if (bind(socket.get(), reinterpret_cast<sockaddr*>(&at), size) != 0 ||
      listen(socket.get(), 16) != 0)
    throw std::runtime_error("no socket of both families");
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &size);
  port = ntohs(at.sin6_port);
  return socket;
}

TEST(EndpointDoor, KnowsTheUserBehindAMappedAddress) {
  std::uint16_t port = 0;
  std::vector<FileDescriptor> listeners;
  listeners.push_back(listen_for_both("::ffff:127.0.0.1", port));
  RunningEndpoint endpoint({}, true, std::move(listeners));
  Client client(port);
  EXPECT_TRUE(is_served(client));
}

// No configuration gives such a listener; the kernel must be asked rightly even so.
TEST(EndpointDoor, KnowsTheUserAtAListenerOfEveryAddress) {
  const int status = in_own_network([] {
    if (!ip("link set lo up")) _exit(kNoNamespaces);
    std::uint16_t port = 0;
    std::vector<FileDescriptor> listeners;
    listeners.push_back(listen_for_both("::", port));
    RunningEndpoint endpoint({}, true, std::move(listeners));
    Client four(port);
    Client six(port, true);
    return is_served(four) && is_served(six);
  });
  if (status == kNoNamespaces) GTEST_SKIP() << "no network namespace permitted here";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace mdh
