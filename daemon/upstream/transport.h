// HTTPS by libcurl: many requests at once on one thread. Not thread-safe, but for wake(). TLS 1.2
// at least and always verified; plain http to loopback only; no redirects; proxies as the
// environment says; connect 5 s, total 10 s, replies up to 1 MiB. Every failure is an Error of
// class unreachable or malformed (config: a URL that may not be called, a bad ca_file) with a hint;
// the stage is the caller's to set.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/timestamp.h"
#include "common/upstream/http.h"
#include "daemon/upstream/transfer.h"

namespace mdh {

class Transport {
 public:
  struct Completion {
    std::uint64_t id;
    Result<UpstreamReply> reply;
    bool host_not_found = false;  // DNS does not know the host
  };

  explicit Transport(TransportOptions options);
  ~Transport();  // cancels what is under way, without waiting for the network or a resolver
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // set_options() holds for requests started from now on.
  void set_options(TransportOptions options);
  // start() sends a request; its reply comes out of wait() under `id`.
  void start(std::uint64_t id, UpstreamRequest request);
  // busy() tells whether a request is under way.
  bool busy() const;
  // wait() blocks until something completed, wake() was called or `most` has passed; no wake-ups
  // between.
  std::vector<Completion> wait(milliseconds most);
  // wake() ends a wait() from any thread, the present one or the next.
  void wake();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

// start_curl() is libcurl's global start, once, before any thread: with an allocator that wipes
// what it frees.
void start_curl();

}  // namespace mdh
