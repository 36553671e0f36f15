#include "daemon/endpoint/listener_set.h"

#include <fcntl.h>

#include <algorithm>

#include "daemon/endpoint/places.h"
#include "daemon/endpoint/socket_address.h"

namespace mdh {

void ListenerSet::add(FileDescriptor socket) {
  const sockaddr_storage address = own_address(socket.get());
  bound_buffers(socket.get());  // accepted ones of TCP inherit it
  polled_.add(socket.get(), EPOLLIN);
  all_.push_back({std::move(socket), address});
}

const ListenerSet::Listener* ListenerSet::find(int fd) const {
  const auto found = std::find_if(all_.begin(), all_.end(),
                                  [fd](const Listener& one) { return one.socket.get() == fd; });
  return found == all_.end() ? nullptr : &*found;
}

const ListenerSet::Listener* ListenerSet::local() const {
  const auto found = std::find_if(all_.begin(), all_.end(), [](const Listener& one) {
    return one.address.ss_family == AF_UNIX;
  });
  return found == all_.end() ? nullptr : &*found;
}

void ListenerSet::drop_local() {
  std::erase_if(all_, [](const Listener& one) { return one.address.ss_family == AF_UNIX; });
}

void ListenerSet::pause(bool pause) {
  for (const Listener& one : all_)
    polled_.change(one.socket.get(), pause ? 0U : std::uint32_t{EPOLLIN});
}

std::vector<FileDescriptor> ListenerSet::copies() const {
  std::vector<FileDescriptor> copies;
  for (const Listener& one : all_) copies.emplace_back(fcntl(one.socket.get(), F_DUPFD_CLOEXEC, 0));
  return copies;
}

// Removed by name: a copy would keep them watched.
void ListenerSet::close() {
  for (const Listener& one : all_) polled_.remove(one.socket.get());
  all_.clear();
}

}  // namespace mdh
