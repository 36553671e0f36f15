// What is said on a connection: reads, splits off whole heads, has them checked
// (common/request_head) and answered by the desk, sends all answers at once, and moves the
// connection to the queue where it now stands. Requests may be pipelined; one that is parked holds
// back those behind it. Never waits. The loop's thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/endpoint/guard.h"
#include "common/endpoint/request_head.h"
#include "daemon/endpoint/connection.h"

namespace mdh {

// One request at the desk, lent for the call.
struct FrontRequest {
  const RequestHead& head;
  const Peer& peer;
  bool close = false;     // the connection is closed after the answer, which should say so
  bool may_wait = false;  // the desk may park it
};

// What the desk did: appended an answer, or wants to be asked again when something has changed.
enum class FrontStep { answered, park, park_briefly };

struct FrontDesk {
  std::function<FrontStep(const FrontRequest&, std::string& out)> serve;
  // Appends the answer to what is no request; the connection is closed after it.
  std::function<void(const HeadRefusal&, std::string& out)> refuse;
};

class HttpTalk {
 public:
  static constexpr std::size_t kMostParked = 16;

  HttpTalk(ConnectionQueues& queues, FrontDesk desk);

  // Each returns false when the connection is over: the caller destroys it.
  // go_on() does what the socket allows: read and answer, or send what is left.
  bool go_on(HttpConnection& connection, ConnectionTime now);
  // ask_again() puts a parked request before the desk once more.
  bool ask_again(HttpConnection& connection, bool may_wait, ConnectionTime now);
  // turn_away() says 503 to a newcomer for whom there is no room.
  bool turn_away(HttpConnection& connection, ConnectionTime now);
  // last_answers() makes every answer from here on the last on its connection; none waits.
  void last_answers() { closing_ = true; }

 private:
  bool read_from(HttpConnection& connection);
  bool take_bytes(HttpConnection& connection, std::string_view bytes, bool may_wait);
  bool answer_all(HttpConnection& connection, std::string_view& bytes, bool may_wait);
  FrontStep take_request(HttpConnection& connection, std::string_view bytes, bool may_wait);
  void refuse(HttpConnection& connection, const HeadRefusal& refusal);
  bool send_out(HttpConnection& connection, std::string_view bytes);
  bool finish(HttpConnection& connection);
  bool discard_from(HttpConnection& connection);
  std::size_t parked() const;

  ConnectionQueues& queues_;
  FrontDesk desk_;
  RequestHead head_;
  std::vector<char> scratch_;
  std::string answers_;  // to one connection, sent at once
  ConnectionTime now_{};
  FrontStep step_ = FrontStep::answered;  // of the last request at the desk
  bool more_ = false;                     // heads wait that would have made too many answers
  bool closing_ = false;
};

}  // namespace mdh
