#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "daemon/endpoint/listeners.h"

namespace mdh {
namespace {

// A listening socket as systemd passes it: blocking.
FileDescriptor listening(in_addr_t address) {
  FileDescriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(address);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  EXPECT_EQ(listen(fd.get(), 8), 0);
  return fd;
}

Result<Listeners> adopted(in_addr_t address) {
  std::vector<FileDescriptor> passed;
  passed.push_back(listening(address));
  return open_listeners(EndpointConfig{}, {std::move(passed)}, "/nonexistent");
}

TEST(AdoptedListeners, NeverBlockTheLoop) {
  const auto listeners = adopted(INADDR_LOOPBACK);
  ASSERT_TRUE(listeners.ok());
  ASSERT_EQ(listeners->sockets.size(), 1u);
  EXPECT_NE(fcntl(listeners->sockets[0].get(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(listeners->addresses[0].substr(0, 10), "127.0.0.1:");
}

// Field bug 22: not even when the socket unit says so.
TEST(AdoptedListeners, AreRefusedOnAllInterfaces) {
  EXPECT_FALSE(adopted(INADDR_ANY).ok());
}

}  // namespace
}  // namespace mdh
