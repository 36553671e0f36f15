// Signs off the worker's thread: each assertion on a thread of its own, so that an agent that
// hangs, or a key on a disk that does, delays no other account and no exchange. There are never
// more of them than accounts, since an account has one token request under way. Called from one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "common/refresh/engine.h"
#include "common/result.h"
#include "common/upstream/http.h"
#include "daemon/system/wake_event.h"

namespace mdh {

class Signing {
 public:
  // Signed is a call's signed request, or why there is none.
  struct Signed {
    std::uint64_t id = 0;
    Result<UpstreamRequest> request;
  };

  // `ended` is called, on any thread, when ended() has something.
  explicit Signing(std::function<void()> ended);
  ~Signing();  // waits for no agent any longer
  Signing(const Signing&) = delete;
  Signing& operator=(const Signing&) = delete;

  // begin() signs the assertion of a token call.
  void begin(const UpstreamCall& call);
  // ended() is what was signed since the last call.
  std::vector<Signed> ended();
  bool busy() const { return !threads_.empty(); }

 private:
  void sign(const UpstreamCall& call);

  std::function<void()> tell_;
  WakeEvent cancelled_;
  std::map<std::uint64_t, std::thread> threads_;
  std::mutex mutex_;
  std::vector<Signed> signed_;
};

}  // namespace mdh
