// What is said on a connection: reads, splits off whole heads, has them checked
// (common/endpoint/request_head) and answered by the responder, sends all answers at once, and
// moves the connection to the queue where it now stands. Each call is one turn of the connection:
// one read and at most kMostAnswers. Requests may be pipelined; one that is parked holds back those
// behind it. Never waits. The loop's thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/endpoint/request_head.h"
#include "daemon/endpoint/connection.h"
#include "daemon/endpoint/connection_queues.h"
#include "daemon/endpoint/responder.h"

namespace mdh {

// What a turn of a connection came to.
struct Turn {
  bool over = false;        // the caller destroys the connection
  bool more = false;        // it could go on at once, and is to be given another turn
  std::size_t answers = 0;  // made in this one
};

class Conversation {
 public:
  static constexpr std::size_t kMostParked = 16;
  static constexpr std::size_t kMostAnswers = 16;
  static constexpr std::size_t kMostUnread = std::size_t{64} * 1024;

  // `gone` is whether the client of a connection that ended has closed it, and reads no more.
  Conversation(ConnectionQueues& queues, Responder responder,
               std::function<bool(const Connection&)> gone);

  // go_on() does what the socket allows: read and answer, or send what is left.
  Turn go_on(Connection& connection, ConnectionTime now);
  // ask_again() asks the responder about a parked request once more.
  Turn ask_again(Connection& connection, bool may_wait, ConnectionTime now);
  // turn_away() says 503 to a newcomer for whom there is no room.
  Turn turn_away(Connection& connection, ConnectionTime now);
  // last_answers() makes every answer from here on the last on its connection; none waits.
  void last_answers() { closing_ = true; }
  // unread() is how many bytes of answers wait for room in their sockets, on all connections;
  // forget() takes those of one that is destroyed off.
  std::size_t unread() const { return unread_; }
  void forget(Connection& connection);

 private:
  struct Received;
  struct Batch;

  Received receive(Connection& connection);
  bool is_gone(Connection& connection);
  Turn hear(Connection& connection);
  Turn take_bytes(Connection& connection, std::string_view bytes, bool may_wait);
  Batch answer_all(Connection& connection, std::string_view& bytes, bool may_wait);
  Turn come_to_rest(Connection& connection, const Batch& batch);
  AnswerStep take_request(Connection& connection, std::string_view bytes, bool may_wait);
  void refuse(Connection& connection, const HeadRefusal& refusal);
  bool send_out(Connection& connection, std::string_view bytes);
  void set_out(Connection& connection, std::string_view bytes);
  Turn finish(Connection& connection);
  Turn discard_from(Connection& connection);
  std::size_t parked() const;

  ConnectionQueues& queues_;
  Responder responder_;
  std::function<bool(const Connection&)> gone_;
  RequestHead head_;
  std::vector<char> scratch_;
  std::string answers_;  // to one connection, sent at once
  ConnectionTime now_{};
  std::size_t unread_ = 0;
  bool closing_ = false;
};

}  // namespace mdh
