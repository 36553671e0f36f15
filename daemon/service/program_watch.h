// Notices that this program's file was replaced (an upgrade), tries the new one beside the loop,
// and says when it may take this process' place. One that is broken is left alone. Loop's thread
// only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tuple>

#include "common/result.h"
#include "daemon/system/background.h"
#include "daemon/system/event_loop.h"

namespace mdh {

class ProgramWatch {
 public:
  struct Hooks {
    std::function<Done()> ready;  // what else a new process needs; asked beside the loop
    std::function<void()> replaced;
  };

  ProgramWatch();

  // attach() comes before look(). `in_place`: this process became this program just now, and looks
  // for the next one in a minute unless it is told of one.
  void attach(EventLoop& loop, Hooks hooks, bool in_place);
  // path() is the file to watch; empty where the system does not tell it.
  const std::string& path() const { return path_; }
  // look() begins a trial where the file is another than the one that runs, once it is at rest.
  void look();
  // reconsider() tries again what was left alone: the reason may have gone.
  void reconsider();

 private:
  using Identity = std::optional<std::tuple<dev_t, ino_t, off_t, std::int64_t>>;

  static Identity identity(const std::string& path);
  Identity another() const;
  void begin();
  void take_verdict();

  std::string path_;
  Identity tried_;  // the last one that was, or is being, tried
  Hooks hooks_;
  Background<Done> trial_;
  EventLoop::Timer* timer_ = nullptr;
};

}  // namespace mdh
