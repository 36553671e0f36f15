// The endpoint's front: accepts, reads whole heads, checks them strictly (common/request_head), and
// sends each answer in one go. One epoll descriptor for all of it, to be watched by the main loop;
// absolute deadlines; a full house gives up its oldest idle connection. Knows sockets and time, no
// route. Not thread-safe; never blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/guard.h"
#include "common/request_head.h"
#include "common/timestamp.h"
#include "daemon/file_descriptor.h"

namespace mdh {

struct FrontDesk {
  // What became of a request.
  struct Outcome {
    bool close = false;        // after the answer
    milliseconds patience{0};  // more than 0: no answer yet; ask again when woken, or after this
  };
  // Appends a whole answer to `out`, unless it wants to wait and `may_wait` is true.
  std::function<Outcome(const RequestHead& head, const Peer& peer, bool may_wait,
                        std::string& out)>
      answer;
  // Appends the answer to a head that is none; the connection is closed after it.
  std::function<void(const HeadRefusal& refusal, std::string& out)> refuse;
};

class HttpFront {
 public:
  HttpFront(std::vector<FileDescriptor> listeners, std::size_t most_connections, FrontDesk desk);
  ~HttpFront();
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  // poll_fd() is readable when turn() has something to do: clients, or a deadline.
  int poll_fd() const;
  void turn();
  // wake_parked() asks again for every request that waits.
  void wake_parked();
  void set_most_connections(std::size_t most);
  // drain() closes listeners (without shutdown(2): systemd's side of them lives on) and idle
  // connections; drained() is true once the last answer is out.
  void drain();
  bool drained() const;
  std::size_t connections() const;

 private:
  class Floor;
  std::unique_ptr<Floor> floor_;
};

}  // namespace mdh
