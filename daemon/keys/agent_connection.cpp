#include "daemon/keys/agent_connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "common/upstream/agent_message.h"

namespace mdh {
namespace {

constexpr milliseconds kFullPause{50};  // connect(2) does not tell when a backlog has room again

Error unreachable(const std::string& path, const std::string& why) {
  return {
      ErrorClass::config, Stage::key, "cannot reach the ssh-agent at " + path + ": " + why,
      "start it (ssh-agent, gpg-agent --enable-ssh-support), or name its socket in agent_socket"};
}

Error hung_up(const std::string& path) {
  return agent_fault(path, "hung up in the middle of an answer",
                     "restart it; mdh-credentials check tries it at once");
}

Error late(const std::string& path) {
  return agent_fault(
      path, "did not answer within " + std::to_string(kSigningTime.count()) + " s",
      "restart it; a key that asks for a confirmation or a PIN each time (ssh-add -c) cannot serve "
      "a daemon");
}

// False at the deadline and when nobody waits any more.
bool wait_for(int fd, short events, const Deadline& deadline) {
  for (;;) {
    const milliseconds left = deadline.at - read_clocks().boot;
    if (left <= milliseconds(0)) return false;
    std::array<pollfd, 2> fds{pollfd{fd, events, 0}, pollfd{deadline.cancelled_fd, POLLIN, 0}};
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(left.count()));
    if (ready > 0) return fds[1].revents == 0;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool paused(const Deadline& deadline) {
  const BootTime end = read_clocks().boot + kFullPause;
  wait_for(-1, 0, {std::min(end, deadline.at), deadline.cancelled_fd});
  pollfd cancelled{deadline.cancelled_fd, POLLIN, 0};
  return ::poll(&cancelled, 1, 0) == 0 && read_clocks().boot < deadline.at;
}

// Connected to somebody: who it is has yet to be seen.
Result<FileDescriptor> connected(const std::string& path, const Deadline& deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return unreachable(path, "a socket's path has at most 107 bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return unreachable(path, std::strerror(errno));
  while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
         0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return unreachable(path, std::strerror(errno));
    if (!paused(deadline)) return late(path);
  }
  return socket;
}

std::optional<Error> foreign(const FileDescriptor& socket, const std::string& path) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return unreachable(path, std::strerror(errno));
  }
  if (peer.uid == ::geteuid() || peer.uid == 0) return std::nullopt;
  return agent_fault(
      path,
      "is not believed: it runs as user " + std::to_string(peer.uid) +
          ", who is neither this user nor root",
      "name the socket of an agent of user " + std::to_string(::geteuid()) + " in agent_socket");
}

}  // namespace

Result<AgentConnection> AgentConnection::open(const std::string& path, const Deadline& deadline) {
  Result<FileDescriptor> socket = connected(path, deadline);
  if (!socket) return socket.error();
  if (const auto error = foreign(*socket, path)) return *error;
  return AgentConnection(std::move(*socket), path);
}

Result<std::string> AgentConnection::ask(std::string_view request, const Deadline& deadline) {
  if (Done sent = send(request, deadline); !sent) return sent.error();
  const Result<std::string> length = receive(4, deadline);
  if (!length) return length;
  const auto size = reply_size(*length);
  if (size) return receive(*size, deadline);
  return agent_fault(
      path_, "answers nonsense: a message of an impossible length",
      "is it an ssh-agent's socket at all? ssh-add -l asks the one in $SSH_AUTH_SOCK");
}

Done AgentConnection::send(std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_for(socket_.get(), POLLOUT, deadline)) return late(path_);
    } else if (errno != EINTR) {
      return hung_up(path_);
    }
  }
  return done();
}

Result<std::string> AgentConnection::receive(std::size_t size, const Deadline& deadline) {
  std::string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::recv(socket_.get(), bytes.data() + filled, size - filled, 0);
    if (got > 0) {
      filled += static_cast<std::size_t>(got);
    } else if (got == 0) {
      return hung_up(path_);
    } else if (errno == EAGAIN) {
      if (!wait_for(socket_.get(), POLLIN, deadline)) return late(path_);
    } else if (errno != EINTR) {
      return hung_up(path_);
    }
  }
  return bytes;
}

}  // namespace mdh
