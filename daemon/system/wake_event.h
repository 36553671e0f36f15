// A bell between threads: one rings, the other polls fd() and takes. eventfd(2). Any thread may do
// either; rings that nobody took yet are one.
#pragma once

#include "daemon/system/file_descriptor.h"

namespace mdh {

class WakeEvent {
 public:
  // WakeEvent() gives up the process where the kernel has no descriptor (daemon/system/give_up.h).
  WakeEvent();

  // fd() is readable from a ring() to the next take(); owned here.
  int fd() const { return fd_.get(); }
  void ring() const;
  // take() is whether it rang since the last one.
  bool take() const;

 private:
  FileDescriptor fd_;
};

}  // namespace mdh
