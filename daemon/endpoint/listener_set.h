// The sockets at which an acceptor listens, of any address family, watched for newcomers in its
// poll set. The loop's thread only.
#pragma once

#include <sys/socket.h>

#include <vector>

#include "daemon/endpoint/poll_set.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

class ListenerSet {
 public:
  struct Listener {
    FileDescriptor socket;
    sockaddr_storage address{};
  };

  explicit ListenerSet(PollSet& polled) : polled_(polled) {}

  // add() takes a socket that listens already.
  void add(FileDescriptor socket);
  // find() is null for any other descriptor, local() without one of AF_UNIX.
  const Listener* find(int fd) const;
  const Listener* local() const;
  void drop_local();
  // pause() leaves newcomers waiting, or takes them again.
  void pause(bool pause);
  // copies() are second descriptors of all of them.
  std::vector<FileDescriptor> copies() const;
  // close() is no shutdown: another process may hold them too.
  void close();

 private:
  PollSet& polled_;
  std::vector<Listener> all_;
};

}  // namespace mdh
