#include "daemon/endpoint/accept_failure.h"

#include <poll.h>

#include <cerrno>

namespace mdh {
namespace {

bool somebody_waits(int listener) {
  pollfd queue{listener, POLLIN, 0};
  return poll(&queue, 1, 0) != 0;
}

}  // namespace

AcceptFailure accept_failure(int listener, int failure) {
  switch (failure) {
    case EAGAIN:
      return AcceptFailure::nobody_waits;
    // accept(2): errors that were pending on the new socket.
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENONET:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return AcceptFailure::of_one_client;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return somebody_waits(listener) ? AcceptFailure::out_of_room : AcceptFailure::nobody_waits;
    default:
      return AcceptFailure::of_listener;
  }
}

}  // namespace mdh
