// What a socket's address says: port, wildcard or not, as text.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace mdh {

// own_address() is where the socket itself stands (getsockname); AF_UNSPEC where it is no socket.
sockaddr_storage own_address(int socket);
// port_of() is the port in host order.
std::uint16_t port_of(const sockaddr_storage& at);
// is_wildcard() is true of 0.0.0.0 and [::]: an accepted socket's own address says more.
bool is_wildcard(const sockaddr_storage& at);
// address_text() is "127.0.0.1:6340" or "[::1]:6340"; empty unless the address is one of IP.
std::string address_text(const sockaddr_storage& at);

}  // namespace mdh
