// A client's connection, the caller to whom it belongs, and the queues in which connections wait
// for their deadlines: one queue a standing, each with one length, so that the front of each is
// always the next to run out. The acceptor's own; its thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
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
  leaving,         // the answer is out, the client's end is awaited
  given_up         // its place is another's, but who opens anew what is closed would only cost more
};
inline constexpr std::size_t kStandings = 8;

struct Connection;

// Caller is whose connections are counted together: one user, with the ids lent to them
// (/etc/subuid). Kept by daemon/endpoint/callers.
struct Caller {
  bool entitled = false;   // may have a profile
  std::size_t open = 0;    // connections
  std::size_t unread = 0;  // bytes of answers that the sockets did not take yet
  std::array<std::size_t, kStandings> standing{};  // how many connections stand where
  std::list<Connection*> waiting;                  // for a turn
  std::list<Connection*> resting;
  std::list<Caller*>::iterator place{};

  std::size_t standing_at(Standing where) const {
    return standing[static_cast<std::size_t>(where)];
  }
};

struct Connection {
  FileDescriptor socket;
  Peer peer;
  Caller* caller = nullptr;
  std::uint64_t key = 0;          // the caller's, among all
  std::string in;                 // bytes that no answer was given to yet
  std::string out;                // bytes that the socket did not take yet
  bool close = false;             // after what is in `out`
  std::uint32_t watched_for = 0;  // epoll events; 0: not in the set yet
  bool heads_wait = false;        // `in` holds more heads than one turn answers
  bool ended = false;             // its client sends no more
  bool listens = false;           // its client ended, but was seen to wait for answers
  bool linger = false;  // its client may still be sending: a plain close would reset the answer
  Standing standing = Standing::fresh;
  ConnectionTime deadline{};
  std::list<Connection*>::iterator place{};  // in its queue
  std::list<Connection*>::iterator turn{};   // among its caller's
  bool waits_for_turn = false;
};

}  // namespace mdh
