#include "daemon/endpoint/peer_identity.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/endpoint/socket_address.h"
#include "daemon/system/user_namespace.h"

namespace mdh {
namespace {

struct Query {
  nlmsghdr header{};
  inet_diag_req_v2 request{};
};

struct End {
  std::uint8_t family = AF_UNSPEC;
  std::array<std::uint32_t, 4> address{};  // network order, IPv4 in the first
  std::uint16_t port = 0;                  // network order
};

End end_of(const sockaddr_storage& at) {
  End end;
  if (at.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(at);
    end.family = AF_INET;
    end.address[0] = v4.sin_addr.s_addr;
    end.port = v4.sin_port;
  } else if (at.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(at);
    end.family = AF_INET6;
    std::memcpy(end.address.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    end.port = v6.sin6_port;
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      end.family = AF_INET;
      end.address = {end.address[3], 0, 0, 0};
    }
  }
  return end;
}

Query query_for(const End& client, const End& server, std::uint32_t sequence) {
  Query query;
  query.header.nlmsg_len = sizeof query;
  query.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  query.header.nlmsg_flags = NLM_F_REQUEST;
  query.header.nlmsg_seq = sequence;
  query.request.sdiag_family = client.family;
  query.request.sdiag_protocol = IPPROTO_TCP;
  query.request.idiag_states = ~0U;
  query.request.id.idiag_sport = client.port;
  query.request.id.idiag_dport = server.port;
  std::memcpy(query.request.id.idiag_src, client.address.data(), sizeof client.address);
  std::memcpy(query.request.id.idiag_dst, server.address.data(), sizeof server.address);
  query.request.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  query.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return query;
}

// The one answer to `sequence`; older ones, to a query that was given up, are passed over. What
// came between once (ENOBUFS) is no answer.
std::optional<inet_diag_msg> answer_to(int netlink, std::uint32_t sequence) {
  alignas(nlmsghdr) std::array<char, 4096> buffer{};
  for (int faults = 0;;) {
    const ssize_t size = recv(netlink, buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == EINTR || (errno != EAGAIN && faults++ == 0))) continue;
    if (size < static_cast<ssize_t>(sizeof(nlmsghdr))) return std::nullopt;
    nlmsghdr header{};
    std::memcpy(&header, buffer.data(), sizeof header);
    if (header.nlmsg_seq != sequence) continue;
    const bool whole = header.nlmsg_type == SOCK_DIAG_BY_FAMILY &&
                       size >= static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg)));
    if (!whole) return std::nullopt;
    inet_diag_msg message{};
    std::memcpy(&message, buffer.data() + NLMSG_HDRLEN, sizeof message);
    return message;
  }
}

bool is_connected(std::uint8_t state) {
  return state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2;
}

}  // namespace

std::optional<std::uint32_t> distinct_user(std::uint32_t user) {
  static const std::optional<std::uint32_t> shared = overflow_user();
  return shared == user ? std::nullopt : std::optional(user);
}

namespace {

Peer peer_of_local(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool told = getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  return {told ? distinct_user(peer.uid) : std::nullopt, 0, true};
}

// Reset, or shut in both directions.
bool hung_up(int socket) {
  pollfd state{socket, 0, 0};
  return poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

PeerIdentity::PeerIdentity()
    : netlink_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
  // The kernel answers within the send; the bound is for a kernel that does not.
  const timeval patience{0, 50000};
  if (netlink_) {
    setsockopt(netlink_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
}

Identified PeerIdentity::identify(int connection, const sockaddr_storage& client,
                                  const sockaddr_storage& listener) {
  if (listener.ss_family == AF_UNIX) return {peer_of_local(connection), hung_up(connection)};
  const sockaddr_storage local = is_wildcard(listener) ? own_address(connection) : listener;
  const PeerSocket found = find(client, local);
  return {{found.user, port_of(local)}, found.closed || (!found.user && hung_up(connection))};
}

bool PeerIdentity::is_gone(int connection) {
  sockaddr_storage client{};
  socklen_t size = sizeof client;
  return hung_up(connection) ||
         getpeername(connection, reinterpret_cast<sockaddr*>(&client), &size) != 0 ||
         find(client, own_address(connection)).closed;
}

PeerSocket PeerIdentity::find(const sockaddr_storage& client, const sockaddr_storage& server) {
  const End from = end_of(client);
  if (!netlink_ || from.family == AF_UNSPEC) return {};
  const Query query = query_for(from, end_of(server), ++sequence_);
  if (send(netlink_.get(), &query, sizeof query, 0) != static_cast<ssize_t>(sizeof query)) {
    return {};
  }
  const auto answer = answer_to(netlink_.get(), sequence_);
  if (!answer) return {};
  if (answer->idiag_inode == 0) return {.user = std::nullopt, .closed = true};
  // A client that has sent all (nc -N) still has its socket, and so an inode.
  const bool alive = is_connected(answer->idiag_state);
  return {.user = alive ? distinct_user(answer->idiag_uid) : std::nullopt};
}

bool kernel_names_peers() {
  const FileDescriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const FileDescriptor client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* address = reinterpret_cast<sockaddr*>(&at);
  socklen_t size = sizeof at;
  const bool connected =
      bind(listener.get(), address, size) == 0 && listen(listener.get(), 1) == 0 &&
      getsockname(listener.get(), address, &size) == 0 && connect(client.get(), address, size) == 0;
  PeerIdentity identity;
  return !connected || identity.find(own_address(client.get()), own_address(listener.get())).user;
}

}  // namespace mdh
