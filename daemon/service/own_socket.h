// Keeps the daemon's socket where the verbs look for it: made anew when something removed it,
// however long its folder is gone. Loop's thread only.
#pragma once

#include <string>

#include "daemon/endpoint/server.h"
#include "daemon/service/runtime_folder.h"
#include "daemon/system/event_loop.h"

namespace mdh {

class OwnSocket {
 public:
  // Serves by `endpoint`, which lives longer.
  OwnSocket(RuntimeFolder runtime, EndpointServer& endpoint)
      : runtime_(std::move(runtime)), endpoint_(endpoint) {}

  // attach() comes before look(); the loop calls back as long as it lives.
  void attach(EventLoop& loop);
  // path() is the file to watch; empty where there is no socket.
  const std::string& path() const { return runtime_.socket_path(); }
  const RuntimeFolder& runtime() const { return runtime_; }
  // look() makes the socket anew when its file is gone, or says once why it cannot and tries again.
  void look();

 private:
  RuntimeFolder runtime_;
  EndpointServer& endpoint_;
  EventLoop::Timer* timer_ = nullptr;
  std::string told_;  // why there is none
};

}  // namespace mdh
