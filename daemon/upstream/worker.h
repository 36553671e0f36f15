// Runs errands on one thread of its own: reads the key, signs, sends, parses, and reports. Blocking
// work (a key on a slow disk, a signature) happens there and never on the loop; many requests are
// on the road at once, so that one that hangs delays no other. Called from the loop's thread.
#pragma once

#include <memory>
#include <vector>

#include "common/refresh/engine.h"
#include "daemon/upstream/transport.h"

namespace mdh {

class Courier {
 public:
  explicit Courier(TransportOptions options);
  ~Courier();  // cancels what is on the road and ends the thread at once
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // send() takes an errand; every errand sent is reported exactly once.
  void send(Errand errand);
  // event_fd() is readable while reports() has something.
  int event_fd() const;
  std::vector<ErrandReport> reports();
  // set_options() holds for errands sent from now on.
  void set_options(TransportOptions options);

 private:
  class Road;
  std::unique_ptr<Road> road_;
};

}  // namespace mdh
