// Tells the loop that the world changed: the wall clock was stepped, the machine slept, the network
// came back (rtnetlink), a watched file changed (inotify on its folder; a file that does not exist
// yet too). One nested epoll fd; nothing is polled. Loop's thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/timestamp.h"
#include "daemon/system/clock.h"

namespace mdh {

class Watcher {
 public:
  struct Changes {
    bool clock_stepped = false;  // also after a suspend
    bool network_up = false;
    std::vector<std::string> files;  // the watched paths that changed, each once
    bool closed = false;
    bool any() const { return clock_stepped || network_up || !files.empty(); }
  };

  explicit Watcher(std::function<milliseconds()> asleep = time_asleep);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // watch_files() replaces the set of watched paths (key files, configuration, token files).
  void watch_files(const std::vector<std::string>& paths);
  // poll_fd() is readable when take() may have something.
  int poll_fd() const;
  // take() is what changed since the last call. A suspend is seen at any call, asked for by
  // poll_fd() or not.
  Changes take();
  // close() begins the end of the watch, on a thread of its own: the kernel takes some 15 ms over
  // an inotify descriptor. take() then has nothing but `closed`, once it is done. Called once.
  void close();

 private:
  class Watches;
  std::unique_ptr<Watches> watches_;
};

}  // namespace mdh
