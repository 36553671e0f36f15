// Joins the engine, which decides, and the worker, which asks: calls out, reports in. For the
// daemon's loop and for `once`. One thread.
#pragma once

#include "common/config/config.h"
#include "common/refresh/engine.h"
#include "daemon/upstream/worker.h"

namespace mdh {

class Refresher {
 public:
  Refresher(const Config& config, Now now);

  // turn() takes in what ended and sends off what is due; returns whether the state may have
  // changed.
  bool turn(Now now);
  // event_fd() is readable when turn() has a report to take in; next_turn() is when it is due
  // without.
  int event_fd() const { return worker_.event_fd(); }
  BootTime next_turn() const { return engine_.next_turn(); }
  // reconfigure() holds for whatever is sent from now on.
  void reconfigure(const Config& config, Now now);

  // end() gives up what is running; false: after `most` something still holds it.
  bool end(milliseconds most) { return worker_.end(most); }

  Engine& engine() { return engine_; }
  const State& state() const { return engine_.state(); }

 private:
  Engine engine_;
  Worker worker_;
};

}  // namespace mdh
