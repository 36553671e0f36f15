// The endpoint's sockets: bound, searched and adopted, on loopback ports that are free.
#include "daemon/endpoint/listeners.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cstring>

#include "common/config/rules.h"
#include "daemon/endpoint/socket_address.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

int option_of(int fd, int level, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  getsockopt(fd, level, option, &value, &size);
  return value;
}

EndpointConfig listening_on(std::vector<std::string> addresses) {
  EndpointConfig config;
  config.listen = std::move(addresses);
  config.listen_configured = true;
  return config;
}

// What systemd hands over: a blocking listener without our options.
FileDescriptor plain_socket(const char* host, bool listens) {
  FileDescriptor fd(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  inet_pton(AF_INET, host, &at.sin_addr);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  if (listens) {
    EXPECT_EQ(listen(fd.get(), 16), 0);
  }
  return fd;
}

Result<Listeners> adopt_one(FileDescriptor fd) {
  std::vector<FileDescriptor> adopted;
  adopted.push_back(std::move(fd));
  return open_listeners({}, {std::move(adopted)}, "/nonexistent");
}

std::string port_of(const std::string& address) {
  return address.substr(address.rfind(':') + 1);
}

TEST(Listeners, BindsAFreePortAndTellsWhich) {
  const auto opened = open_listeners(listening_on({"127.0.0.1:0"}), {}, "/nonexistent");
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_THAT(opened->addresses, SizeIs(1));
  EXPECT_THAT(opened->addresses[0], AllOf(HasSubstr("127.0.0.1:"), Not("127.0.0.1:0")));
  EXPECT_THAT(opened->warnings, IsEmpty());
}

TEST(Listeners, SetsEveryOptionOnASocketOfItsOwn) {
  const auto opened = open_listeners(listening_on({"127.0.0.1:0"}), {}, "/nonexistent");
  ASSERT_TRUE(opened);
  const int fd = opened->sockets[0].get();
  EXPECT_EQ(option_of(fd, IPPROTO_IP, IP_TTL), 1);
  EXPECT_EQ(option_of(fd, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option_of(fd, SOL_SOCKET, SO_REUSEADDR), 1);
  EXPECT_EQ(option_of(fd, SOL_SOCKET, SO_REUSEPORT), 0);
  EXPECT_NE(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
}

// Field bug 10: one bad address kills the whole agent.
TEST(Listeners, KeepsTheGoodAddressWhenAnotherIsTaken) {
  const auto first = open_listeners(listening_on({"127.0.0.1:0"}), {}, "/nonexistent");
  ASSERT_TRUE(first);
  const auto second =
      open_listeners(listening_on({first->addresses[0], "127.0.0.1:0"}), {}, "/nonexistent");
  ASSERT_TRUE(second);
  EXPECT_THAT(second->sockets, SizeIs(1));
  EXPECT_THAT(second->warnings, ElementsAre(HasSubstr(first->addresses[0])));
}

// Clients with the address in their environment would give the stranger their token: worse than a
// port that is merely taken.
TEST(Listeners, CallsAnAddressThatAnotherUserHoldsAFault) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(seteuid(71001), 0);
  const FileDescriptor stranger = plain_socket("127.0.0.1", true);
  ASSERT_EQ(seteuid(0), 0);
  const std::string held = address_text(own_address(stranger.get()));
  const auto opened = open_listeners(listening_on({held, "127.0.0.1:0"}), {}, "/nonexistent");
  ASSERT_TRUE(opened);
  EXPECT_THAT(opened->faults, ElementsAre(AllOf(HasSubstr(held), HasSubstr("user 71001"))));
  EXPECT_THAT(opened->warnings, IsEmpty());
  const auto none = open_listeners(listening_on({held}), {}, "/nonexistent");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("user 71001"));
}

TEST(Listeners, RefusesToStartWithoutAnyAddress) {
  const auto first = open_listeners(listening_on({"127.0.0.1:0"}), {}, "/nonexistent");
  ASSERT_TRUE(first);
  const auto second = open_listeners(listening_on(first->addresses), {}, "/nonexistent");
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, AllOf(HasSubstr(first->addresses[0]), HasSubstr("in use")));
  EXPECT_THAT(second.error().hint, HasSubstr("check"));
}

// As after its program was replaced; port 0 is no other port than the one that it got then.
TEST(Listeners, KeepsWhatTheProcessBoundBefore) {
  const EndpointConfig config = listening_on({"127.0.0.1:0", "[::1]:0"});
  auto before = open_listeners(config, {}, "/nonexistent");
  ASSERT_TRUE(before) << before.error().message;
  const auto addresses = before->addresses;
  const auto after = open_listeners(config, {{}, std::move(before->sockets)}, "/nonexistent");
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->addresses, addresses);
  EXPECT_TRUE(after->bound);
}

TEST(Listeners, LeavesWhatIsNotToBeBoundAnyMore) {
  auto before = open_listeners(listening_on({"127.0.0.1:0"}), {}, "/nonexistent");
  ASSERT_TRUE(before);
  const std::string address = before->addresses[0];
  const auto after = open_listeners(listening_on({"127.0.0.2:0"}), {{}, std::move(before->sockets)},
                                    "/nonexistent");
  ASSERT_TRUE(after);
  ASSERT_THAT(after->addresses, SizeIs(1));
  EXPECT_THAT(after->addresses[0], testing::StartsWith("127.0.0.2:"));
}

TEST(Listeners, TakesTheNextPortWhenTheUsualIsTakenAndKeepsIt) {
  const test::TemporaryFolder state;
  const auto other = open_listeners(listening_on({"127.0.0.1:0"}), {}, state.path());
  ASSERT_TRUE(other);
  EndpointConfig config;
  config.listen = {other->addresses[0]};
  std::string found;
  {
    const auto opened = open_listeners(config, {}, state.path());
    ASSERT_TRUE(opened) << opened.error().message;
    found = opened->addresses[0];
    EXPECT_NE(found, other->addresses[0]);
    EXPECT_THAT(opened->warnings, ElementsAre(HasSubstr(port_of(found))));
  }
  // The usual port is free again, but the clients know the other one.
  config.listen = {"127.0.0.1:" + port_of(other->addresses[0])};
  const auto again = open_listeners(config, {}, state.path());
  ASSERT_TRUE(again);
  EXPECT_THAT(again->addresses, ElementsAre(found));
  EXPECT_THAT(again->warnings, IsEmpty());
}

TEST(Listeners, MakesAnAdoptedSocketNonBlockingSoThatTheLoopNeverWaitsInAccept) {
  const auto opened = adopt_one(plain_socket("127.0.0.1", true));
  ASSERT_TRUE(opened) << opened.error().message;
  const int fd = opened->sockets[0].get();
  EXPECT_NE(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_EQ(option_of(fd, IPPROTO_IP, IP_TTL), 1);
  EXPECT_EQ(option_of(fd, IPPROTO_TCP, TCP_NODELAY), 1);
}

// Field bug 22: all interfaces.
TEST(Listeners, RefusesAnAdoptedSocketThatOthersCanReach) {
  const auto opened = adopt_one(plain_socket("0.0.0.0", true));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("0.0.0.0:"));
  EXPECT_THAT(opened.error().hint, HasSubstr("ListenStream="));
}

// Each would else be published as a URL without a host, or with a wrong one.
TEST(Listeners, RefusesWhatIsNoListenerInPlainWords) {
  FileDescriptor unbound(socket(AF_UNIX, SOCK_STREAM, 0));
  FileDescriptor none(memfd_create("none", MFD_CLOEXEC));
  for (FileDescriptor* passed : {&unbound, &none}) {
    const auto opened = adopt_one(std::move(*passed));
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr("none of IP or AF_UNIX"));
    EXPECT_THAT(opened.error().hint, HasSubstr("ListenStream="));
  }
}

TEST(Listeners, PutsIpv4First) {
  const auto opened =
      open_listeners(listening_on({"[::1]:0", "127.0.0.1:0", "127.0.0.2:0"}), {}, "/nonexistent");
  ASSERT_TRUE(opened) << opened.error().message;
  if (opened->sockets.size() < 3) GTEST_SKIP() << "no IPv6 here";
  EXPECT_THAT(opened->addresses, ElementsAre(StartsWith("127.0.0.1:"), StartsWith("127.0.0.2:"),
                                             StartsWith("[::1]:")));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(address_text(own_address(opened->sockets[i].get())), opened->addresses[i]);
}

TEST(Listeners, RefusesAnAdoptedSocketThatDoesNotListen) {
  EXPECT_FALSE(adopt_one(plain_socket("127.0.0.1", false)));
}

}  // namespace
}  // namespace mdh
