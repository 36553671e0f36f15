// What the acceptor waits for, behind one descriptor (epoll(7)): sockets, one timer by
// CLOCK_MONOTONIC, and a bell that it rings itself when it left work for its next turn. One thread.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <optional>
#include <span>

#include "daemon/endpoint/connection.h"
#include "daemon/system/file_descriptor.h"
#include "daemon/system/wake_event.h"

namespace mdh {

class PollSet {
 public:
  // PollSet() gives up the process where the kernel has no descriptor.
  PollSet();

  int fd() const { return epoll_.get(); }
  // add() watches a descriptor for epoll events, change() for others than before, remove() no more.
  // One that is closed goes by itself.
  void add(int fd, std::uint32_t events) { control(fd, events, EPOLL_CTL_ADD); }
  void change(int fd, std::uint32_t events) { control(fd, events, EPOLL_CTL_MOD); }
  void remove(int fd) { control(fd, 0, EPOLL_CTL_DEL); }
  // take() is what is ready now, without timer and bell, which it takes itself; valid until the
  // next take().
  std::span<const epoll_event> take();
  // wake_at() makes fd() readable at that time, wake_again() at once.
  void wake_at(std::optional<ConnectionTime> when);
  void wake_again() const { unfinished_.ring(); }

 private:
  void control(int fd, std::uint32_t events, int operation);

  FileDescriptor epoll_;
  FileDescriptor timer_;
  WakeEvent unfinished_;
  std::optional<ConnectionTime> armed_;
  std::array<epoll_event, 256> ready_{};
};

}  // namespace mdh
