// A service manager's end of sd_notify(3): a real datagram socket that NOTIFY_SOCKET names.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "daemon/system/file_descriptor.h"

namespace mdh {

class NotifySocket {
 public:
  struct Message {
    std::string text;
    std::vector<FileDescriptor> fds;
  };

  NotifySocket();  // sets NOTIFY_SOCKET
  ~NotifySocket();

  // next() is the oldest message not yet read; empty when there is none.
  Message next();

 private:
  std::string folder_;
  FileDescriptor socket_;
};

inline NotifySocket::NotifySocket() {
  std::string folder = "/tmp/mdh-notify-XXXXXX";
  folder_ = mkdtemp(folder.data());
  socket_.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder_ + "/notify";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    std::abort();
  setenv("NOTIFY_SOCKET", path.c_str(), 1);
}

inline NotifySocket::~NotifySocket() {
  unsetenv("NOTIFY_SOCKET");
  unlink((folder_ + "/notify").c_str());
  rmdir(folder_.c_str());
}

inline NotifySocket::Message NotifySocket::next() {
  std::array<char, 4096> text{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(4 * sizeof(int))> control{};
  iovec part{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  Message read;
  const ssize_t size = recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
  if (size <= 0) return read;
  read.text.assign(text.data(), static_cast<std::size_t>(size));
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(one), sizeof fd);
    read.fds.emplace_back(fd);
  }
  return read;
}

}  // namespace mdh
