// The door of the endpoint, behind one fd for the main loop to watch: accepts, finds out who calls,
// caps the connections, gives each its turn (daemon/endpoint/callers) and cuts those whose time is
// up. What is said on a connection is conversation's. Wakes only while something is due. Nothing in
// it waits, and a turn of it ends however much is asked. The loop's thread only.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "daemon/endpoint/accept_failure.h"
#include "daemon/endpoint/callers.h"
#include "daemon/endpoint/conversation.h"
#include "daemon/endpoint/listener_set.h"
#include "daemon/endpoint/peer_identity.h"
#include "daemon/endpoint/places.h"
#include "daemon/endpoint/poll_set.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

class Acceptor {
 public:
  // A turn takes no more newcomers and answers together, but for its last connection's.
  static constexpr std::size_t kMostWork = 256;
  static constexpr std::size_t kMostUnreadInAll = std::size_t{4} * 1024 * 1024;

  // Takes sockets that listen already, of any address family, adopted ones too.
  Acceptor(std::vector<FileDescriptor> listeners, std::size_t max_connections, Responder responder);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  int poll_fd() const { return polled_.fd(); }
  // turn() does what is due, up to kMostWork, and returns; poll_fd() stays readable where more is.
  void turn();
  // ask_again() asks the responder about every parked request once more.
  void ask_again();
  // set_max_connections() holds for newcomers. Where all are taken somebody gives way
  // (daemon/endpoint/places), else the newcomer gets 503. Those who may have nothing hold half at
  // most, and for their sake no other connection is closed; up to `most_open` descriptors their
  // half-sent requests are not closed but given up, so that who opens them anew is kept waiting.
  void set_max_connections(std::size_t most, std::size_t most_open) {
    most_ = most;
    most_open_ = most_open;
  }
  // replace_local() listens at another AF_UNIX socket than before, whose waiting clients are taken.
  void replace_local(FileDescriptor socket);
  // listeners() are second descriptors, by which those who wait there can still be served.
  std::vector<FileDescriptor> listeners() const { return listeners_.copies(); }
  // rest() accepts no more; each answer is its connection's last. drain() also closes idle ones.
  void rest();
  void drain();
  bool drained() const { return draining_ && open_ == 0; }
  std::size_t open() const { return open_; }
  std::size_t unread() const { return conversation_.unread(); }

 private:
  std::size_t look_round();
  std::size_t handle(int fd, std::uint32_t events);
  std::size_t accept_some(const ListenerSet::Listener& listener);
  bool survives(AcceptFailure failure);
  void pause_accepting(bool pause);
  void admit(FileDescriptor socket, const sockaddr_storage& client,
             const ListenerSet::Listener& listener);
  std::size_t serve(Connection& connection);
  void settle(Connection& connection, const Turn& turn);
  bool make_room(bool entitled);
  void take_place_of(Connection& connection);
  void destroy(Connection& connection);
  void expire();
  void arm_timer();

  ConnectionQueues queues_;
  Callers callers_;
  Places places_{callers_, queues_};
  std::function<CallerKey(const Peer&)> caller_of_;
  Conversation conversation_;
  PollSet polled_;
  ListenerSet listeners_{polled_};
  std::vector<std::unique_ptr<Connection>> connections_;  // by fd
  PeerIdentity identity_;
  ConnectionTime now_{};
  std::optional<ConnectionTime> paused_until_;
  std::size_t most_;
  std::size_t most_open_ = 0;
  std::size_t open_ = 0;
  bool draining_ = false;
};

}  // namespace mdh
