// What is said on a connection: reads, splits off whole heads, has them checked
// (common/request_head) and answered by the responder, sends all answers at once, and moves the
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

// One request that arrived, lent for the call.
struct ArrivedRequest {
  const RequestHead& head;
  const Peer& peer;
  bool close = false;     // the connection is closed after the answer, which should say so
  bool may_wait = false;  // the responder may park it
};

// What the responder did: appended an answer, or wants to be asked again when something has
// changed.
enum class AnswerStep { answered, park, park_briefly };

struct Responder {
  std::function<AnswerStep(const ArrivedRequest&, std::string& out)> serve;
  // Appends the answer to what is no request; the connection is closed after it.
  std::function<void(const HeadRefusal&, std::string& out)> refuse;
};

class Conversation {
 public:
  static constexpr std::size_t kMostParked = 16;

  Conversation(ConnectionQueues& queues, Responder responder);

  // Each returns false when the connection is over: the caller destroys it.
  // go_on() does what the socket allows: read and answer, or send what is left.
  bool go_on(Connection& connection, ConnectionTime now);
  // ask_again() asks the responder about a parked request once more.
  bool ask_again(Connection& connection, bool may_wait, ConnectionTime now);
  // turn_away() says 503 to a newcomer for whom there is no room.
  bool turn_away(Connection& connection, ConnectionTime now);
  // last_answers() makes every answer from here on the last on its connection; none waits.
  void last_answers() { closing_ = true; }

 private:
  bool read_from(Connection& connection);
  bool take_bytes(Connection& connection, std::string_view bytes, bool may_wait);
  bool answer_all(Connection& connection, std::string_view& bytes, bool may_wait);
  AnswerStep take_request(Connection& connection, std::string_view bytes, bool may_wait);
  void refuse(Connection& connection, const HeadRefusal& refusal);
  bool send_out(Connection& connection, std::string_view bytes);
  bool finish(Connection& connection);
  bool discard_from(Connection& connection);
  std::size_t parked() const;

  ConnectionQueues& queues_;
  Responder responder_;
  RequestHead head_;
  std::vector<char> scratch_;
  std::string answers_;  // to one connection, sent at once
  ConnectionTime now_{};
  AnswerStep step_ = AnswerStep::answered;  // of the last request
  bool more_ = false;                       // heads wait that would have made too many answers
  bool closing_ = false;
};

}  // namespace mdh
