#include "daemon/endpoint/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace mdh {
namespace {

const sockaddr_in& v4(const sockaddr_storage& at) {
  return reinterpret_cast<const sockaddr_in&>(at);
}

const sockaddr_in6& v6(const sockaddr_storage& at) {
  return reinterpret_cast<const sockaddr_in6&>(at);
}

}  // namespace

sockaddr_storage own_address(int socket) {
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size);
  return at;
}

std::uint16_t port_of(const sockaddr_storage& at) {
  return ntohs(at.ss_family == AF_INET6 ? v6(at).sin6_port : v4(at).sin_port);
}

bool is_wildcard(const sockaddr_storage& at) {
  if (at.ss_family == AF_INET6) return IN6_IS_ADDR_UNSPECIFIED(&v6(at).sin6_addr);
  return v4(at).sin_addr.s_addr == htonl(INADDR_ANY);
}

std::string address_text(const sockaddr_storage& at) {
  char host[INET6_ADDRSTRLEN] = "";
  const std::string port = ":" + std::to_string(port_of(at));
  if (at.ss_family == AF_INET6) {
    inet_ntop(AF_INET6, &v6(at).sin6_addr, host, sizeof host);
    return "[" + std::string(host) + "]" + port;
  }
  if (at.ss_family != AF_INET) return {};
  inet_ntop(AF_INET, &v4(at).sin_addr, host, sizeof host);
  return host + port;
}

}  // namespace mdh
