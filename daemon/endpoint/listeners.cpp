#include "daemon/endpoint/listeners.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/config/rules.h"
#include "daemon/endpoint/port_owner.h"
#include "daemon/endpoint/remembered_port.h"
#include "daemon/endpoint/socket_address.h"

namespace mdh {
namespace {

constexpr int kBacklog = 1024;
constexpr std::uint16_t kPortsTried = 100;

struct Bound {
  FileDescriptor socket;
  int fault = 0;  // errno when there is no socket
  std::string address{};
};

socklen_t fill(const ListenAddress& address, sockaddr_storage& out) {
  out = {};
  if (address.is_v6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr);
    return sizeof v6;
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(out);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr);
  return sizeof v4;
}

void set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

// What can be set on a bound socket, too; accepted ones inherit it. One hop keeps packets on this
// machine even where an address of it is routed.
void set_options(int fd, bool is_v6) {
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (is_v6) {
    set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 1);
  } else {
    set(fd, IPPROTO_IP, IP_TTL, 1);
  }
}

// What was bound before is taken where it is what is to be bound now.
Bound take_bound(const ListenAddress& address, std::vector<FileDescriptor>& before) {
  for (FileDescriptor& socket : before) {
    std::string text = socket ? address_text(own_address(socket.get())) : "";
    const auto there = parse_listen_address(text);
    if (!there || there->host != address.host) continue;
    if (address.port == 0 || there->port == address.port)
      return {std::move(socket), 0, std::move(text)};
  }
  return {};
}

Bound bind_to(const ListenAddress& address, std::vector<FileDescriptor>& before) {
  if (Bound bound = take_bound(address, before); bound.socket) return bound;
  sockaddr_storage at{};
  const socklen_t size = fill(address, at);
  FileDescriptor fd(socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return {{}, errno};
  set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.is_v6) set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set_options(fd.get(), address.is_v6);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&at), size) != 0) return {{}, errno};
  if (listen(fd.get(), kBacklog) != 0) return {{}, errno};
  std::string bound = address_text(own_address(fd.get()));
  if (bound.empty()) return {{}, EADDRNOTAVAIL};  // no URL could be published for it
  return {std::move(fd), 0, std::move(bound)};
}

std::string text_of(const std::string& host, bool is_v6, std::uint16_t port) {
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

// IPv4 goes first, since what is published first must suit every SDK, and [::1] does not.
void add(Listeners& all, FileDescriptor socket, std::string address) {
  const auto place = address.front() == '['
                         ? all.addresses.end()
                         : std::find_if(all.addresses.begin(), all.addresses.end(),
                                        [](const std::string& one) { return one.front() == '['; });
  const auto at = place - all.addresses.begin();
  all.addresses.insert(place, std::move(address));
  all.sockets.insert(all.sockets.begin() + at, std::move(socket));
}

Error endpoint_error(std::string message, std::string hint) {
  return {.error_class = ErrorClass::storage,
          .stage = Stage::endpoint,
          .message = std::move(message),
          .hint = std::move(hint)};
}

bool is_listening(int fd) {
  int listening = 0;
  socklen_t size = sizeof listening;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

// systemd clears O_NONBLOCK unless NonBlocking= is set; the loop accepts until there is no more.
void set_flags(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
}

Error unfit(const std::string& address) {
  return endpoint_error(address.empty() ? "a socket passed to the daemon is none of IP or AF_UNIX"
                                        : "the socket passed for " + address +
                                              " does not listen on a loopback address",
                        "mend ListenStream= of the socket unit");
}

bool adopt_local(FileDescriptor& socket, LocalListener& local) {
  if (own_address(socket.get()).ss_family != AF_UNIX || !is_listening(socket.get())) return false;
  LocalSocket file = local_socket_of(socket.get());
  if (file.path.empty()) return false;
  set_flags(socket.get());
  local = {std::move(socket), std::move(file)};
  return true;
}

// Also what systemd passes is held to the rule: this machine and nobody else.
Result<Listeners> adopt(std::vector<FileDescriptor> sockets) {
  Listeners all;
  for (FileDescriptor& socket : sockets) {
    if (adopt_local(socket, all.local)) continue;
    const std::string address = address_text(own_address(socket.get()));
    const auto allowed = parse_listen_address(address);
    if (!allowed || !is_listening(socket.get())) return unfit(address);
    set_flags(socket.get());
    set_options(socket.get(), allowed->is_v6);
    add(all, std::move(socket), address);
  }
  return all;
}

// Binds every address at one port. Not available counts only as taken; a machine without IPv6 has
// the other address alone.
bool bind_all_at(const EndpointConfig& config, std::uint16_t port,
                 std::vector<FileDescriptor>& before, Listeners& all) {
  all = {};
  for (const std::string& text : config.listen) {
    ListenAddress address = *parse_listen_address(text);
    address.port = port;
    Bound bound = bind_to(address, before);
    if (bound.socket) {
      add(all, std::move(bound.socket), std::move(bound.address));
    } else if (bound.fault == EADDRINUSE || bound.fault == EACCES) {
      return false;
    } else {
      all.warnings.push_back("cannot listen on " + text_of(address.host, address.is_v6, port) +
                             ": " + std::strerror(bound.fault));
    }
  }
  return !all.sockets.empty();
}

Result<Listeners> search(const EndpointConfig& config, const std::string& state_dir,
                         std::vector<FileDescriptor>& before) {
  const std::uint16_t usual = parse_listen_address(config.listen.front())->port;
  const std::uint16_t first = remembered_port(state_dir).value_or(usual);
  Listeners all;
  if (bind_all_at(config, first, before, all)) {
    all.port = first == usual ? 0 : first;
    return all;
  }
  for (std::uint16_t port = usual; port < usual + kPortsTried; ++port) {
    if (port == first || !bind_all_at(config, port, before, all)) continue;
    if (Done kept = remember_port(state_dir, port); !kept) return kept.error();
    all.port = port;
    all.warnings.push_back("port " + std::to_string(first) + " is taken; port " +
                           std::to_string(port) + " is used from now on");
    return all;
  }
  return endpoint_error("no free port from " + std::to_string(usual) + " to " +
                            std::to_string(usual + kPortsTried - 1) + " on both loopback addresses",
                        "configure endpoint.listen");
}

// Whoever has the address in their environment would give a stranger the token. What root listens
// on is systemd's or an administrator's.
bool is_held_by_a_stranger(const std::string& address, PortOwner& owner) {
  owner = port_owner(address);
  return owner.taken && owner.uid != 0 && owner.uid != ::geteuid();
}

void note_unbound(const std::string& address, int fault, Listeners& all) {
  PortOwner owner;
  if (fault == EADDRINUSE && is_held_by_a_stranger(address, owner)) {
    all.faults.push_back("address " + address + " is held by user " + std::to_string(owner.uid) +
                         " (" + described(owner) +
                         "), who gets the token of everybody that asks there");
  } else {
    all.warnings.push_back("cannot listen on " + address + ": " + std::strerror(fault));
  }
}

Result<Listeners> bind_configured(const EndpointConfig& config,
                                  std::vector<FileDescriptor>& before) {
  Listeners all;
  for (const std::string& text : config.listen) {
    Bound bound = bind_to(*parse_listen_address(text), before);
    if (bound.socket) {
      add(all, std::move(bound.socket), std::move(bound.address));
    } else {
      note_unbound(text, bound.fault, all);
    }
  }
  if (!all.sockets.empty()) return all;
  std::string message;
  for (const auto* told : {&all.faults, &all.warnings}) {
    for (const std::string& one : *told) message += (message.empty() ? "" : "; ") + one;
  }
  return endpoint_error(message, "mdh-credentials check says who holds the port");
}

}  // namespace

Result<Listeners> open_listeners(const EndpointConfig& config, PassedSockets passed,
                                 const std::string& state_dir) {
  Result<Listeners> taken = adopt(std::move(passed.adopted));
  if (!taken) return taken;
  for (FileDescriptor& socket : passed.bound)
    taken->local.own |= !taken->local.socket && adopt_local(socket, taken->local);
  if (!taken->sockets.empty()) return taken;
  Result<Listeners> bound = config.listen_configured ? bind_configured(config, passed.bound)
                                                     : search(config, state_dir, passed.bound);
  if (!bound) return bound;
  bound->local = std::move(taken->local), bound->bound = true;
  return bound;
}
}  // namespace mdh
