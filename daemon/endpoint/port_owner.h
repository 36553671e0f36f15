// Who listens on a TCP port, as far as /proc tells. Reads only.
#pragma once

#include <string>

namespace mdh {

struct PortOwner {
  bool taken = false;
  int pid = 0;          // 0: not to be seen from here
  std::string program;  // its comm, empty with pid 0
  unsigned uid = 0;
};

// port_owner() looks for a socket in LISTEN on that address ("127.0.0.1:6340", "[::1]:6340"), the
// wildcard addresses included. An address that cannot be read is not taken.
PortOwner port_owner(const std::string& address);
// why_not_bound() is why this user may not listen on the address; empty: they may, or it is taken.
std::string why_not_bound(const std::string& address);
// described() is the owner for people: "nginx (pid 812)" or "a program of user 1000".
std::string described(const PortOwner& owner);

}  // namespace mdh
