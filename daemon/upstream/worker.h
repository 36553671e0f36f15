// Runs calls on one thread of its own: has them signed, sends, parses, and reports. Blocking work
// happens off the loop; many signatures and requests are under way at once, so that one that hangs
// delays no other. Called from the loop's thread.
#pragma once

#include <memory>
#include <vector>

#include "common/refresh/engine.h"
#include "daemon/upstream/transport.h"

namespace mdh {

class Worker {
 public:
  explicit Worker(TransportOptions options);
  ~Worker();  // cancels what is running and ends the thread at once
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // end() begins that and waits up to `most`; false: a key's disk or a name service holds the
  // thread, and so would the destructor be held.
  bool end(milliseconds most);
  // send() takes a call; every call sent is reported exactly once.
  void send(UpstreamCall call);
  // event_fd() is readable while reports() has something.
  int event_fd() const;
  std::vector<CallReport> reports();
  // set_options() holds for calls sent from now on.
  void set_options(TransportOptions options);

 private:
  class WorkerThread;
  std::unique_ptr<WorkerThread> thread_;
};

}  // namespace mdh
