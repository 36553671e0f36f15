#include "daemon/http_connection.h"

#include <algorithm>

namespace mdh {

milliseconds lifetime_of(Standing standing) {
  switch (standing) {
    case Standing::fresh:
    case Standing::reading:
    case Standing::writing:
      return seconds(5);
    case Standing::parked:
      return milliseconds(800);
    case Standing::idle:
      return seconds(120);
    case Standing::leaving:
      return seconds(1);
  }
  return seconds(1);
}

void ConnectionQueues::enter(HttpConnection& connection, Standing standing, ConnectionTime now) {
  auto& entered = queue(standing);
  connection.standing = standing;
  connection.deadline = now + lifetime_of(standing);
  connection.place = entered.insert(entered.end(), &connection);
}

void ConnectionQueues::move(HttpConnection& connection, Standing standing, ConnectionTime now) {
  auto& entered = queue(standing);
  entered.splice(entered.end(), queue(connection.standing), connection.place);
  connection.standing = standing;
  connection.deadline = now + lifetime_of(standing);
}

void ConnectionQueues::leave(HttpConnection& connection) {
  queue(connection.standing).erase(connection.place);
}

HttpConnection* ConnectionQueues::front_of(Standing standing) const {
  const auto& queue = standing_at(standing);
  if (queue.empty()) return nullptr;
  if (standing != Standing::parked) return queue.front();
  // Parked ones, of which there are few, each have a patience of their own.
  return *std::min_element(queue.begin(), queue.end(), [](const auto* left, const auto* right) {
    return left->deadline < right->deadline;
  });
}

std::optional<ConnectionTime> ConnectionQueues::next() const {
  std::optional<ConnectionTime> earliest;
  for (std::size_t i = 0; i < kStandings; ++i) {
    const HttpConnection* first = front_of(static_cast<Standing>(i));
    if (first == nullptr) continue;
    if (!earliest || first->deadline < *earliest) earliest = first->deadline;
  }
  return earliest;
}

HttpConnection* ConnectionQueues::overdue(ConnectionTime now) const {
  for (std::size_t i = 0; i < kStandings; ++i) {
    HttpConnection* first = front_of(static_cast<Standing>(i));
    if (first != nullptr && first->deadline <= now) return first;
  }
  return nullptr;
}

}  // namespace mdh
