// Which connection is closed when another needs its place or its memory. The acceptor's own; its
// thread only.
#pragma once

#include "daemon/endpoint/callers.h"
#include "daemon/endpoint/connection.h"
#include "daemon/endpoint/connection_queues.h"

namespace mdh {

// places_that_fit() is how many of `wanted` connections the limit of open files allows, with 64, or
// half of it, left for all else.
std::size_t places_that_fit(std::size_t wanted);
// bound_buffers() bounds what the kernel holds for a socket, or for those that are accepted there.
void bound_buffers(int socket);

class Places {
 public:
  Places(const Callers& callers, const ConnectionQueues& queues)
      : callers_(callers), queues_(queues) {}

  // has_room() is true of room for one more of `most`; who only waits to be closed takes none.
  bool has_room(bool entitled, std::size_t most) const;
  // gives_way() is one of the entitled's, or of the others': of the caller that holds most, the
  // oldest of what it holds most of, idle connections, half-sent requests, or answers that are not
  // read. Null where there is none.
  Connection* gives_way(bool entitled) const;
  // reads_least() is the oldest connection with unread bytes of the caller that has most of them;
  // an entitled one's only where the others have none.
  Connection* reads_least() const;

 private:
  Connection* oldest_of(const Caller& caller, Standing standing) const;

  const Callers& callers_;
  const ConnectionQueues& queues_;
};

}  // namespace mdh
