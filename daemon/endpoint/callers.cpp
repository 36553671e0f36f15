#include "daemon/endpoint/callers.h"

#include <algorithm>

namespace mdh {
namespace {

std::uint64_t number_of(CallerKey key) {
  return std::uint64_t{key.owner} << 1 | (key.entitled ? 1U : 0U);
}

std::size_t closable(const Caller& caller) {
  return caller.open - caller.standing_at(Standing::parked) -
         caller.standing_at(Standing::parked_briefly) - caller.standing_at(Standing::leaving) -
         caller.standing_at(Standing::given_up);
}

const Caller* largest(const std::list<Caller*>& callers, const Caller* so_far, auto size) {
  for (const Caller* caller : callers) {
    if (size(*caller) > (so_far == nullptr ? 0 : size(*so_far))) so_far = caller;
  }
  return so_far;
}

}  // namespace

void Callers::enter(Connection& connection, CallerKey key) {
  Caller& caller = callers_[number_of(key)];
  caller.entitled = key.entitled;
  Class& its = class_of(caller);
  if (caller.open == 0) caller.place = its.quiet.insert(its.quiet.end(), &caller);
  ++caller.open;
  ++its.open;
  connection.caller = &caller;
  connection.key = number_of(key);
  connection.turn = caller.resting.insert(caller.resting.end(), &connection);
}

void Callers::leave(Connection& connection) {
  Caller& caller = *connection.caller;
  Class& its = class_of(caller);
  const bool waited = !caller.waiting.empty();
  (connection.waits_for_turn ? caller.waiting : caller.resting).erase(connection.turn);
  if (waited && caller.waiting.empty())
    its.quiet.splice(its.quiet.end(), its.waiting, caller.place);
  --its.open;
  if (--caller.open > 0) return;
  its.quiet.erase(caller.place);
  callers_.erase(connection.key);
}

void Callers::want_turn(Connection& connection) {
  if (connection.waits_for_turn) return;
  connection.waits_for_turn = true;
  Caller& caller = *connection.caller;
  Class& its = class_of(caller);
  if (caller.waiting.empty()) its.waiting.splice(its.waiting.end(), its.quiet, caller.place);
  caller.waiting.splice(caller.waiting.end(), caller.resting, connection.turn);
}

Connection* Callers::next_turn() {
  const std::size_t chosen = classes_[first_].waiting.empty() ? 1 - first_ : first_;
  Class& its = classes_[chosen];
  if (its.waiting.empty()) return nullptr;
  first_ = 1 - chosen;
  Caller& caller = *its.waiting.front();
  Connection& connection = *caller.waiting.front();
  connection.waits_for_turn = false;
  caller.resting.splice(caller.resting.end(), caller.waiting, connection.turn);
  std::list<Caller*>& next = caller.waiting.empty() ? its.quiet : its.waiting;
  next.splice(next.end(), its.waiting, caller.place);
  return &connection;
}

bool Callers::somebody_waits() const {
  return !classes_[0].waiting.empty() || !classes_[1].waiting.empty();
}

const Caller* Callers::holds_most(bool entitled) const {
  const Class& its = classes_[entitled ? 1 : 0];
  return largest(its.waiting, largest(its.quiet, nullptr, closable), closable);
}

const Caller* Callers::reads_least(bool entitled) const {
  const auto unread = [](const Caller& caller) { return caller.unread; };
  const Class& its = classes_[entitled ? 1 : 0];
  return largest(its.waiting, largest(its.quiet, nullptr, unread), unread);
}

}  // namespace mdh
