// What a socket's address says: port, wildcard or not, as a URL.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace mdh {

// own_address() is where the socket itself stands (getsockname).
sockaddr_storage own_address(int socket);
// port_of() is the port in host order.
std::uint16_t port_of(const sockaddr_storage& at);
// is_wildcard() is true of 0.0.0.0 and [::]: an accepted socket's own address says more.
bool is_wildcard(const sockaddr_storage& at);
// http_url() is "http://127.0.0.1:6340" or "http://[::1]:6340", without a slash.
std::string http_url(const sockaddr_storage& at);

}  // namespace mdh
