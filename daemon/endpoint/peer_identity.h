// Asks the kernel whose socket is at the other end of a connection: of AF_UNIX by SO_PEERCRED, of
// loopback TCP by NETLINK_SOCK_DIAG (sock_diag(7)); needs no privilege. It says which user opened
// the socket, not which process uses it now. One thread at a time.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>

#include "common/endpoint/guard.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

// What the kernel says of a client's socket.
struct PeerSocket {
  std::optional<std::uint32_t> user;  // nothing: it was closed, or the kernel could not say
  bool closed = false;                // nobody will read what is sent to it
};

struct Identified {
  Peer peer;
  bool closed = false;  // as of PeerSocket
};
// distinct_user() is the uid, or nothing where it stands for many: in a user namespace that does
// not map every user, each of the others is shown as the overflow uid (user_namespaces(7)), and who
// allows "nobody" must not let them all in.
std::optional<std::uint32_t> distinct_user(std::uint32_t user);

// kernel_names_peers() is whether PeerIdentity works here, tried on a connection to ourselves.
bool kernel_names_peers();

class PeerIdentity {
 public:
  PeerIdentity();

  // identify() is the other end of `connection`, accepted at a listener of that address.
  Identified identify(int connection, const sockaddr_storage& client,
                      const sockaddr_storage& listener);
  // is_gone() is whether the client of a connection that ended will not read what is sent to it.
  bool is_gone(int connection);
  // find() asks by the addresses of both ends. A socket that its owner closed is shown without an
  // inode and as root's, which must not pass for root; one that only sends no more is still its
  // owner's.
  PeerSocket find(const sockaddr_storage& client, const sockaddr_storage& server);

 private:
  FileDescriptor netlink_;
  std::uint32_t sequence_ = 0;
};

}  // namespace mdh
