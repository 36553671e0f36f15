#include "daemon/system/wake_event.h"

#include <sys/eventfd.h>

#include <cerrno>

#include "daemon/system/give_up.h"

namespace mdh {

WakeEvent::WakeEvent() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!fd_) give_up("an eventfd", errno);
}

void WakeEvent::ring() const {
  ::eventfd_write(fd_.get(), 1);
}

bool WakeEvent::take() const {
  eventfd_t rings = 0;
  return ::eventfd_read(fd_.get(), &rings) == 0;
}

}  // namespace mdh
