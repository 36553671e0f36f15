#include "daemon/endpoint/connection_queues.h"

#include "common/endpoint/answer.h"

namespace mdh {
namespace {

std::size_t& count_at(Caller& caller, Standing standing) {
  return caller.standing[static_cast<std::size_t>(standing)];
}

}  // namespace

milliseconds lifetime_of(Standing standing) {
  switch (standing) {
    case Standing::fresh:
    case Standing::reading:
    case Standing::writing:
    case Standing::given_up:
      return seconds(5);
    case Standing::parked:
      return kContainerWait;
    case Standing::parked_briefly:
      return kImdsWait;
    case Standing::idle:
      return seconds(120);
    case Standing::leaving:
      return seconds(1);
  }
  return seconds(1);
}

void ConnectionQueues::enter(Connection& connection, Standing standing, ConnectionTime now) {
  auto& entered = queue(standing);
  connection.standing = standing;
  connection.deadline = now + lifetime_of(standing);
  connection.place = entered.insert(entered.end(), &connection);
  ++count_at(*connection.caller, standing);
}

void ConnectionQueues::move(Connection& connection, Standing standing, ConnectionTime now) {
  auto& entered = queue(standing);
  entered.splice(entered.end(), queue(connection.standing), connection.place);
  --count_at(*connection.caller, connection.standing);
  ++count_at(*connection.caller, standing);
  connection.standing = standing;
  connection.deadline = now + lifetime_of(standing);
}

void ConnectionQueues::leave(Connection& connection) {
  queue(connection.standing).erase(connection.place);
  --count_at(*connection.caller, connection.standing);
}

std::optional<ConnectionTime> ConnectionQueues::next() const {
  std::optional<ConnectionTime> earliest;
  for (const auto& queue : queues_) {
    if (queue.empty()) continue;
    if (!earliest || queue.front()->deadline < *earliest) earliest = queue.front()->deadline;
  }
  return earliest;
}

Connection* ConnectionQueues::overdue(ConnectionTime now) const {
  for (const auto& queue : queues_) {
    if (!queue.empty() && queue.front()->deadline <= now) return queue.front();
  }
  return nullptr;
}

}  // namespace mdh
