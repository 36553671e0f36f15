// The door of the endpoint: an epoll loop of its own (one fd for the main loop to watch) that
// accepts, finds out who calls, caps the connections and cuts those whose time is up. What is said
// on a connection is http_talk's. One timerfd, armed only while something is due, so that an idle
// daemon never wakes. Nothing in it waits. The loop's thread only.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "daemon/endpoint/accept_failure.h"
#include "daemon/endpoint/connection.h"
#include "daemon/endpoint/conversation.h"
#include "daemon/endpoint/peer_identity.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

class Acceptor {
 public:
  // Takes sockets that listen already, of any address family, adopted ones too.
  Acceptor(std::vector<FileDescriptor> listeners, std::size_t max_connections, Responder responder);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  int poll_fd() const { return epoll_.get(); }
  // turn() does what is due and returns.
  void turn();
  // ask_again() asks the responder about every parked request once more.
  void ask_again();
  // set_max_connections() holds for newcomers. When the house is full the oldest idle connection
  // goes; where none is idle the newcomer gets 503 at once. One user may hold all but a 64th.
  void set_max_connections(std::size_t most) { most_ = most; }
  // replace_local() listens at another AF_UNIX socket than before, whose waiting clients are taken.
  void replace_local(FileDescriptor socket);
  // drain() accepts no more, closes idle connections, and every other one after its answer.
  void drain();
  bool drained() const { return draining_ && open_ == 0; }
  std::size_t open() const { return open_; }

 private:
  struct Listener;

  void watch(int fd, std::uint32_t events, int operation);
  void handle(int fd, bool ended);
  void accept_some(Listener& listener);
  bool survives(AcceptFailure failure);
  void pause_accepting(bool pause);
  void listen_at(FileDescriptor socket);
  void admit(FileDescriptor socket, const sockaddr_storage& client, const Listener& listener);
  void settle(Connection& connection, bool stays);
  bool make_room(const Peer& peer);
  Connection* oldest_idle(const std::uint32_t* user) const;
  void destroy(Connection& connection);
  void expire();
  void arm_timer();

  ConnectionQueues queues_;
  Conversation conversation_;
  FileDescriptor epoll_;
  FileDescriptor timer_;
  std::vector<Listener> listeners_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by fd
  std::unordered_map<std::uint32_t, std::size_t> users_;  // connections of each
  PeerIdentity identity_;
  ConnectionTime now_{};
  std::optional<ConnectionTime> armed_;
  std::optional<ConnectionTime> paused_until_;
  std::size_t most_;
  std::size_t open_ = 0;
  bool draining_ = false;
};

}  // namespace mdh
