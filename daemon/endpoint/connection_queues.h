// The queues in which connections wait for their deadlines: one queue a standing, each with one
// length, so that the front of each is always the next to run out. The acceptor's own; its thread
// only.
#pragma once

#include <array>
#include <list>
#include <optional>

#include "daemon/endpoint/connection.h"

namespace mdh {

// lifetime_of() is how long a connection may stand there; never extended by a byte more.
milliseconds lifetime_of(Standing standing);

class ConnectionQueues {
 public:
  // enter() puts a new connection, whose caller is known, into a queue, move() an old one into
  // another (or to its end).
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
