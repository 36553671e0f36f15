// Goal: the kernel's word on who is calling, and never a wrong one.
#include "daemon/endpoint/peer_identity.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>

#include "tests/support/leave.h"
#include "tests/support/running_endpoint.h"

namespace mdh {
namespace {

struct Ends {
  sockaddr_storage client{};
  sockaddr_storage server{};
};

Ends ends_of(int client) {
  Ends ends;
  socklen_t size = sizeof ends.client;
  getsockname(client, reinterpret_cast<sockaddr*>(&ends.client), &size);
  size = sizeof ends.server;
  getpeername(client, reinterpret_cast<sockaddr*>(&ends.server), &size);
  return ends;
}

sockaddr_storage mapped(const sockaddr_storage& v4) {
  const auto& from = reinterpret_cast<const sockaddr_in&>(v4);
  sockaddr_storage made{};
  auto& to = reinterpret_cast<sockaddr_in6&>(made);
  to.sin6_family = AF_INET6;
  to.sin6_port = from.sin_port;
  to.sin6_addr.s6_addr[10] = to.sin6_addr.s6_addr[11] = 0xff;
  std::copy_n(reinterpret_cast<const unsigned char*>(&from.sin_addr), 4, &to.sin6_addr.s6_addr[12]);
  return made;
}

TEST(PeerIdentity, NamesTheUserOfAConnection) {
  for (const bool v6 : {false, true}) {
    std::uint16_t port = 0;
    const FileDescriptor listener = listen_on_loopback(port, v6);
    const Client client(port, v6);
    const Ends ends = ends_of(client.fd());
    PeerIdentity identity;
    EXPECT_EQ(identity.find(ends.client, ends.server).user, geteuid());
  }
}

TEST(PeerIdentity, NamesTheUserOfAMappedAddress) {
  std::uint16_t port = 0;
  const FileDescriptor listener = listen_on_loopback(port);
  const Client client(port);
  const Ends ends = ends_of(client.fd());
  PeerIdentity identity;
  EXPECT_EQ(identity.find(mapped(ends.client), mapped(ends.server)).user, geteuid());
}

TEST(PeerIdentity, TakesAClosedSocketForNobodysAndNotForRoots) {
  std::uint16_t port = 0;
  const FileDescriptor listener = listen_on_loopback(port);
  PeerIdentity identity;
  Ends ends;
  {
    const Client client(port);
    ends = ends_of(client.fd());
  }
  EXPECT_EQ(identity.find(ends.client, ends.server).user, std::nullopt);
  EXPECT_TRUE(identity.find(ends.client, ends.server).closed);
}

TEST(PeerIdentity, KnowsTheUserOfAClientThatHasSentAll) {
  std::uint16_t port = 0;
  const FileDescriptor listener = listen_on_loopback(port);
  PeerIdentity identity;
  Client client(port);
  client.finish_sending();
  const Ends ends = ends_of(client.fd());
  EXPECT_EQ(identity.find(ends.client, ends.server).user, geteuid());
}

// Who allows "nobody" must not let in everybody whom the namespace does not map.
TEST(PeerIdentity, TakesAUserWhomTheNamespaceDoesNotMapForNobodys) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWUSER) != 0) test::leave(77);
    std::uint16_t port = 0;
    const FileDescriptor listener = listen_on_loopback(port);
    const Client client(port);
    const Ends ends = ends_of(client.fd());
    PeerIdentity identity;
    test::leave(identity.find(ends.client, ends.server).user ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no user namespace to be had";
  EXPECT_EQ(status, 0);
  EXPECT_EQ(distinct_user(65534), 65534U)
      << "here, where everybody is mapped, nobody is one of many";
}

TEST(PeerIdentity, KnowsNobodyWhereThereIsNoConnection) {
  PeerIdentity identity;
  sockaddr_storage nowhere{};
  EXPECT_EQ(identity.find(nowhere, nowhere).user, std::nullopt);
  nowhere.ss_family = AF_INET;
  EXPECT_EQ(identity.find(nowhere, nowhere).user, std::nullopt);
}

}  // namespace
}  // namespace mdh
