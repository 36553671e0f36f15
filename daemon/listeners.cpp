#include "daemon/listeners.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "common/config_rules.h"
#include "daemon/file_text.h"
#include "daemon/small_file.h"

namespace mdh {
namespace {

constexpr int kBacklog = 1024;
constexpr std::uint16_t kDefaultPort = 6340;
constexpr std::uint16_t kLastPort = 6340 + 255;

Error endpoint_error(std::string message, std::string hint = {}) {
  Error error;
  error.error_class = ErrorClass::storage;
  error.stage = Stage::endpoint;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return error;
}

std::string text_of(const ListenAddress& address) {
  const std::string host = address.is_v6 ? "[" + address.host + "]" : address.host;
  return host + ":" + std::to_string(address.port);
}

// A socket's address as the kernel has it; nothing when it is no TCP address.
std::optional<ListenAddress> bound_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return std::nullopt;
  char host[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
    return ListenAddress{host, ntohs(v4.sin_port), false};
  }
  if (storage.ss_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &storage, sizeof v6);
  inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
  return ListenAddress{host, ntohs(v6.sin6_port), true};
}

bool set_option(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// What accepted sockets inherit: answers at once, and to this machine alone.
void set_inherited_options(int fd, bool is_v6) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (is_v6) {
    set_option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 1);
  } else {
    set_option(fd, IPPROTO_IP, IP_TTL, 1);
  }
}

int bind_to(int fd, const ListenAddress& address) {
  if (address.is_v6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr);
    return bind(fd, reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr);
  return bind(fd, reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
}

// Leaves errno where it gives no socket. Never SO_REUSEPORT: a second daemon of the same user would
// silently share the port.
FileDescriptor listen_on(const ListenAddress& address) {
  const int family = address.is_v6 ? AF_INET6 : AF_INET;
  FileDescriptor fd(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fd;
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.is_v6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set_inherited_options(fd.get(), address.is_v6);
  if (bind_to(fd.get(), address) == 0 && listen(fd.get(), kBacklog) == 0) return fd;
  const int why = errno;
  fd.reset();
  errno = why;
  return fd;
}

void add(Listeners& listeners, FileDescriptor fd) {
  const auto address = bound_address(fd.get());
  if (!address) return;
  listeners.addresses.push_back(text_of(*address));
  listeners.sockets.push_back(std::move(fd));
}

// Binds what can be bound; true when an address is missing because somebody has its port.
bool bind_all(const std::vector<ListenAddress>& wanted, Listeners& listeners) {
  bool taken = false;
  for (const ListenAddress& address : wanted) {
    if (FileDescriptor fd = listen_on(address)) {
      add(listeners, std::move(fd));
      continue;
    }
    taken |= errno == EADDRINUSE;
    listeners.warnings.push_back("cannot listen on " + text_of(address) + ": " +
                                 std::strerror(errno));
  }
  return taken;
}

Result<Listeners> at_least_one(Listeners listeners) {
  if (!listeners.sockets.empty()) return listeners;
  std::string why;
  for (const std::string& warning : listeners.warnings) why += (why.empty() ? "" : "; ") + warning;
  return endpoint_error(why.empty() ? "no address to listen on" : why,
                        "`mdh-credentials check` says who holds a port; --listen takes another");
}

Listeners adopt(std::vector<FileDescriptor> adopted) {
  Listeners listeners;
  for (FileDescriptor& fd : adopted) {
    int listening = 0;
    socklen_t size = sizeof listening;
    getsockopt(fd.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &size);
    const auto address = bound_address(fd.get());
    if (listening == 0 || !address || !may_listen_on(address->host, address->is_v6)) {
      listeners.warnings.push_back("refused a socket from the service manager: " +
                                   (address ? text_of(*address) : std::string("not TCP")) +
                                   " must be " + std::string(kListenAddress.words));
      continue;
    }
    fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
    fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
    set_inherited_options(fd.get(), address->is_v6);
    add(listeners, std::move(fd));
  }
  return listeners;
}

std::string port_path(const std::string& state_dir) {
  return state_dir + "/port";
}

std::uint16_t remembered_port(const std::string& state_dir) {
  const auto text = read_text(port_path(state_dir), 16);
  if (!text) return kDefaultPort;
  int port = 0;
  std::from_chars(text->data(), text->data() + text->size(), port);
  const bool sensible = port >= kDefaultPort && port <= kLastPort;
  return sensible ? static_cast<std::uint16_t>(port) : kDefaultPort;
}

std::vector<ListenAddress> parsed(const std::vector<std::string>& listen) {
  std::vector<ListenAddress> addresses;
  for (const std::string& text : listen) {
    if (auto address = parse_listen_address(text)) addresses.push_back(*address);
  }
  return addresses;
}

// Nothing when the port is taken on one of the addresses.
std::optional<Listeners> try_port(std::vector<ListenAddress> addresses, std::uint16_t port) {
  for (ListenAddress& address : addresses) address.port = port;
  Listeners listeners;
  if (bind_all(addresses, listeners)) return std::nullopt;
  return listeners;
}

void remember(const std::string& state_dir, std::uint16_t port, Listeners& listeners) {
  listeners.warnings.push_back("listening on port " + std::to_string(port) +
                               ", since another program has the usual one");
  const Done written =
      write_small_file(port_path(state_dir), std::to_string(port) + "\n", 0600);
  if (!written) listeners.warnings.push_back(written.error().message);
}

// Several people's daemons on one machine each find a port, and keep it.
Result<Listeners> search(const EndpointConfig& config, const std::string& state_dir) {
  const std::vector<ListenAddress> addresses = parsed(config.listen);
  const std::uint16_t usual = remembered_port(state_dir);
  if (auto listeners = try_port(addresses, usual)) return at_least_one(std::move(*listeners));
  for (std::uint16_t port = kDefaultPort; port <= kLastPort; ++port) {
    auto listeners = try_port(addresses, port);
    if (!listeners) continue;
    remember(state_dir, port, *listeners);
    return at_least_one(std::move(*listeners));
  }
  return endpoint_error("every port from " + std::to_string(kDefaultPort) + " to " +
                            std::to_string(kLastPort) + " is taken",
                        "--listen 127.0.0.1:0 takes any free one");
}

}  // namespace

Result<Listeners> open_listeners(const EndpointConfig& config, std::vector<FileDescriptor> adopted,
                                 const std::string& state_dir) {
  if (!adopted.empty()) return at_least_one(adopt(std::move(adopted)));
  if (!config.listen_configured) return search(config, state_dir);
  Listeners listeners;
  bind_all(parsed(config.listen), listeners);
  return at_least_one(std::move(listeners));
}

}  // namespace mdh
