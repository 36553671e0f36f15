// Who holds the endpoint's connections, and whose turn it is: turns go round by caller, then by
// connection, and every second one to callers who may have a profile while such wait. Nobody is
// counted by connection, so a caller with a thousand gets no more than one with one. The acceptor's
// own; its thread only.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "daemon/endpoint/connection.h"

namespace mdh {

// CallerKey is what makes two connections one caller's.
struct CallerKey {
  std::uint32_t owner = 0;  // a uid, or the one it was lent by
  bool entitled = false;    // the connection's own uid may have a profile
};

class Callers {
 public:
  // enter() gives a new connection its caller, leave() takes it away.
  void enter(Connection& connection, CallerKey key);
  void leave(Connection& connection);
  // want_turn() puts a connection in line; one that stands there stays where it is.
  void want_turn(Connection& connection);
  // next_turn() takes the next connection out of the line; null: nobody waits.
  Connection* next_turn();
  bool somebody_waits() const;
  // open() is how many connections the entitled, or the others, hold.
  std::size_t open(bool entitled) const { return classes_[entitled ? 1 : 0].open; }
  // holds_most() is the caller, of the entitled or the others, with the most connections that can
  // be closed for another's sake; reads_least() the one with the most unread bytes. Null: none.
  const Caller* holds_most(bool entitled) const;
  const Caller* reads_least(bool entitled) const;

 private:
  struct Class {
    std::list<Caller*> waiting;
    std::list<Caller*> quiet;
    std::size_t open = 0;
  };
  Class& class_of(const Caller& caller) { return classes_[caller.entitled ? 1 : 0]; }

  std::unordered_map<std::uint64_t, Caller> callers_;
  std::array<Class, 2> classes_;
  std::size_t first_ = 1;  // the class that the next turn is offered to first
};

}  // namespace mdh
