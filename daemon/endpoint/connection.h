// A client's connection, and the queues in which connections wait for their deadlines: one queue a
// stage, each with one length, so that the front of each is always the next to run out. The HTTP
// front's own; its thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "common/endpoint/guard.h"
#include "common/timestamp.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

// CLOCK_MONOTONIC: a connection does not age while the machine sleeps.
using ConnectionTime = std::chrono::steady_clock::time_point;

// Where a connection stands.
enum class Standing {
  fresh,           // accepted, no byte has come
  reading,         // a head has begun
  parked,          // a whole head waits for a first set of credentials
  parked_briefly,  // the same on the IMDS path, where SDKs have less patience
  writing,         // an answer did not fit into the socket
  idle,            // kept alive between requests
  leaving          // the answer is out, the client's end is awaited
};
inline constexpr std::size_t kStandings = 7;

// lifetime_of() is how long a connection may stand there; never extended by a byte more.
milliseconds lifetime_of(Standing standing);

struct Connection {
  FileDescriptor socket;
  Peer peer;
  std::string in;                 // bytes that no answer was given to yet
  std::string out;                // bytes that the socket did not take yet
  bool close = false;             // after what is in `out`
  std::uint32_t watched_for = 0;  // epoll events; 0: not in the set yet
  bool ended = false;             // its client sends no more
  bool linger = false;  // its client may still be sending: a plain close would reset the answer
  Standing standing = Standing::fresh;
  ConnectionTime deadline{};
  std::list<Connection*>::iterator place{};
};

class ConnectionQueues {
 public:
  // enter() puts a new connection into a queue, move() an old one into another (or to its end).
  void enter(Connection& connection, Standing standing, ConnectionTime now);
  void move(Connection& connection, Standing standing, ConnectionTime now);
  void leave(Connection& connection);
  // next() is the earliest deadline of all.
  std::optional<ConnectionTime> next() const;
  // overdue() is a connection whose time has run out, or null.
  Connection* overdue(ConnectionTime now) const;
  const std::list<Connection*>& standing_at(Standing standing) const {
    return queues_[static_cast<std::size_t>(standing)];
  }

 private:
  std::list<Connection*>& queue(Standing standing) {
    return queues_[static_cast<std::size_t>(standing)];
  }
  std::array<std::list<Connection*>, kStandings> queues_;
};

}  // namespace mdh
