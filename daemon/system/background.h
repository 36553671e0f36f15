// Runs what may wait (a disk, a lock, a name service) beside the loop: one piece of work at a time,
// on a thread of its own whose end rings a bell. Work that never ends is left behind. Called from
// the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "daemon/system/wake_event.h"

namespace mdh {

template <typename T>
class Background {
 public:
  // start() begins `work`, which may use nothing that the loop uses. Only where busy() is false.
  void start(std::function<T()> work) {
    busy_ = true;
    const auto run = [place = place_, work = std::move(work)] {
      T result = work();
      const std::lock_guard lock(place->mutex);
      place->result.emplace(std::move(result));
      place->done.ring();
    };
    try {
      std::thread(run).detach();
    } catch (const std::system_error&) {  // no thread to be had: then it takes its time here
      run();
    }
  }
  bool busy() const { return busy_; }
  // event_fd() is readable when take() has a result.
  int event_fd() const { return place_->done.fd(); }
  std::optional<T> take() {
    const std::lock_guard lock(place_->mutex);
    place_->done.take();
    if (place_->result) busy_ = false;
    return std::exchange(place_->result, std::nullopt);
  }

 private:
  // Kept by the thread too, which may outlive this.
  struct Place {
    WakeEvent done;
    std::mutex mutex;
    std::optional<T> result;
  };
  std::shared_ptr<Place> place_ = std::make_shared<Place>();
  bool busy_ = false;
};

}  // namespace mdh
