#include "daemon/endpoint/places.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>

namespace mdh {
namespace {

// Of the limit of open files, for all that is no connection: the loop's own, eight calls to
// upstream with their name lookups, the profile file, the log.
constexpr std::size_t kReservedDescriptors = 64;
// What the kernel may hold for a connection that does not read, or is not read from; with less room
// than two segments of loopback an answer would stall.
constexpr int kSendBytes = 65536;
constexpr int kReceiveBytes = 16384;

}  // namespace

std::size_t places_that_fit(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  const auto most = static_cast<std::size_t>(limit.rlim_cur);
  return std::min(wanted, most - std::min(most / 2, kReservedDescriptors));
}

void bound_buffers(int socket) {
  setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kSendBytes, sizeof kSendBytes);
  setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kReceiveBytes, sizeof kReceiveBytes);
}

bool Places::has_room(bool entitled, std::size_t most) const {
  // Of the others alone some are given up.
  const std::size_t given_up = queues_.standing_at(Standing::given_up).size();
  const std::size_t others = callers_.open(false) - given_up;
  const std::size_t leaving = queues_.standing_at(Standing::leaving).size();
  if (!entitled && others >= std::max<std::size_t>(most / 2, 1)) return false;
  return callers_.open(true) + others - leaving < most;
}

Connection* Places::gives_way(bool entitled) const {
  const Caller* most = callers_.holds_most(entitled);
  if (most == nullptr) return nullptr;
  const std::size_t idle = most->standing_at(Standing::idle);
  const std::size_t begun =
      most->standing_at(Standing::fresh) + most->standing_at(Standing::reading);
  const std::size_t written = most->standing_at(Standing::writing);
  if (idle > 0 && idle >= begun && idle >= written) return oldest_of(*most, Standing::idle);
  if (written > begun) return oldest_of(*most, Standing::writing);
  Connection* fresh = oldest_of(*most, Standing::fresh);
  Connection* reading = oldest_of(*most, Standing::reading);
  if (fresh == nullptr || reading == nullptr) return fresh == nullptr ? reading : fresh;
  return fresh->deadline < reading->deadline ? fresh : reading;
}

Connection* Places::reads_least() const {
  const Caller* caller = callers_.reads_least(false);
  if (caller == nullptr) caller = callers_.reads_least(true);
  return caller == nullptr ? nullptr : oldest_of(*caller, Standing::writing);
}

Connection* Places::oldest_of(const Caller& caller, Standing standing) const {
  if (caller.standing_at(standing) == 0) return nullptr;
  for (Connection* connection : queues_.standing_at(standing)) {
    if (connection->caller == &caller) return connection;
  }
  return nullptr;
}

}  // namespace mdh
