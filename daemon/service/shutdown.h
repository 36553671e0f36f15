// The end of this program: a stop, or the way to the program that takes its place in the same
// process. Of that way the profile file's thread goes first: it may hang on a disk, and then
// everything else goes on. Then nobody is accepted any more, who was is answered, and the rest
// waits in the sockets that are passed on. Loop's thread only.
#pragma once

#include <string>
#include <vector>

#include "daemon/endpoint/server.h"
#include "daemon/service/notifier.h"
#include "daemon/service/profile_file.h"
#include "daemon/service/runtime_folder.h"
#include "daemon/service/watcher.h"
#include "daemon/system/become.h"
#include "daemon/system/event_loop.h"

namespace mdh {

class Shutdown {
 public:
  // What ends, and `bound`: the listeners of TCP are this process' own.
  struct Parts {
    EndpointServer& endpoint;
    ProfileFile& file;
    Notifier& notifier;
    Watcher& watcher;
    const RuntimeFolder& runtime;
    bool bound;
  };
  Shutdown(EventLoop& loop, Parts parts);

  // stop() lets answers in flight and the profile file settle, leave() makes way for the new
  // program.
  void stop();
  void leave();
  // go_on() goes further on the way to the new program, to be called in every turn while nothing is
  // being read.
  void go_on();
  // begun() is from when on nothing new is begun; over() when all is settled, or after 2 s.
  bool begun() const { return by_ != BootTime::max(); }
  bool over() const;
  bool leaving() const { return leaving_; }
  // become() puts `program` in this one's place, with the snapshot; it returns where it could not.
  Error become(const std::string& program, NamedDescriptor snapshot);

 private:
  void begin();
  std::vector<NamedDescriptor> passed(NamedDescriptor snapshot);

  Parts parts_;
  EventLoop::Timer* timer_;
  EventLoop::Timer* drain_timer_;
  std::vector<FileDescriptor> listeners_;
  BootTime by_ = BootTime::max();
  bool leaving_ = false, told_to_stop_ = false;
};

}  // namespace mdh
