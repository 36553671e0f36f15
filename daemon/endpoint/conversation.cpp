#include "daemon/endpoint/conversation.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "common/secret.h"

namespace mdh {
namespace {

// No more than the answers of one turn may come from, so that what a client sends ahead stays with
// the kernel.
constexpr std::size_t kScratchBytes = 4096;
constexpr std::size_t kMostLeaving = 64;
constexpr Turn kOver{.over = true};

bool is_parked(const Connection& connection) {
  return connection.standing == Standing::parked || connection.standing == Standing::parked_briefly;
}

bool reads(const Connection& connection) {
  return !is_parked(connection) && connection.standing != Standing::writing &&
         connection.standing != Standing::leaving;
}

void wipe_and_keep_room(std::string& bytes) {
  explicit_bzero(bytes.data(), bytes.size());
  bytes.clear();
}

}  // namespace

// One read: `again` where the socket may hold more, its end included.
struct Conversation::Received {
  std::string_view bytes;
  bool end = false;
  bool again = false;
};

// The answers of one turn.
struct Conversation::Batch {
  std::size_t answers = 0;
  bool heads_wait = false;  // whole heads are left that would have been too much
  AnswerStep last = AnswerStep::answered;
};

Conversation::Conversation(ConnectionQueues& queues, Responder responder,
                           std::function<bool(const Connection&)> gone)
    : queues_(queues),
      responder_(std::move(responder)),
      gone_(std::move(gone)),
      scratch_(kScratchBytes) {}

Turn Conversation::go_on(Connection& connection, ConnectionTime now) {
  now_ = now;
  if (is_parked(connection) || connection.standing == Standing::given_up) return {};
  if (connection.standing == Standing::leaving) return discard_from(connection);
  if (connection.standing != Standing::writing) return hear(connection);
  std::string rest = connection.out;
  const bool fine = send_out(connection, rest);
  wipe(rest);
  if (!fine) return kOver;
  if (!connection.out.empty()) return {};
  if (connection.close) return finish(connection);
  queues_.move(connection, Standing::idle, now_);
  return hear(connection);
}

Turn Conversation::ask_again(Connection& connection, bool may_wait, ConnectionTime now) {
  now_ = now;
  Turn turn = take_bytes(connection, {}, may_wait);
  // What came while it was parked made its event then.
  turn.more = turn.more || (!turn.over && reads(connection));
  return turn;
}

Turn Conversation::turn_away(Connection& connection, ConnectionTime now) {
  now_ = now;
  answers_.clear();
  refuse(connection, {503, "TooManyConnections", "too many connections are open"});
  connection.linger = queues_.standing_at(Standing::leaving).size() < kMostLeaving;
  if (!send_out(connection, answers_) || !connection.out.empty()) return kOver;
  return finish(connection);
}

Conversation::Received Conversation::receive(Connection& connection) {
  for (;;) {
    const ssize_t got = recv(connection.socket.get(), scratch_.data(), scratch_.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return {};
    if (got <= 0) return {{}, true};
    const auto size = static_cast<std::size_t>(got);
    // A short read empties the socket, but hides an end that came with it.
    return {{scratch_.data(), size}, false, size == scratch_.size() || connection.ended};
  }
}

// Asked once a connection: who ended it without closing it waits for answers, until a reset says
// otherwise.
bool Conversation::is_gone(Connection& connection) {
  if (!connection.ended || connection.listens) return false;
  connection.listens = !gone_(connection);
  return !connection.listens;
}

// Answers what was left over first: no byte is read while heads wait.
Turn Conversation::hear(Connection& connection) {
  Received received{{}, false, true};
  if (!connection.heads_wait) received = receive(connection);
  if (received.end) return kOver;
  if (received.bytes.empty() && !connection.heads_wait) return {};
  if (is_gone(connection)) return kOver;
  Turn turn = take_bytes(connection, received.bytes, true);
  explicit_bzero(scratch_.data(), received.bytes.size());
  turn.more = turn.more || (received.again && !turn.over && reads(connection));
  return turn;
}

Turn Conversation::take_bytes(Connection& connection, std::string_view bytes, bool may_wait) {
  std::string kept = std::move(connection.in);
  connection.in.clear();
  if (!kept.empty()) bytes = kept.append(bytes);
  answers_.clear();
  const Batch batch = answer_all(connection, bytes, may_wait);
  if (!connection.close) connection.in.assign(bytes);
  wipe(kept);
  const bool fine = send_out(connection, answers_);
  wipe_and_keep_room(answers_);
  return fine ? come_to_rest(connection, batch) : kOver;
}

// Answers the whole heads in `bytes`, which is what is left then.
Conversation::Batch Conversation::answer_all(Connection& connection, std::string_view& bytes,
                                             bool may_wait) {
  Batch batch;
  while (!bytes.empty() && !connection.close) {
    const std::size_t end = find_head_end(bytes);
    if (end == 0) {
      if (bytes.size() >= kMostHeadBytes)
        refuse(connection, {431, "HeadTooLarge", "the request's head is too large"});
      break;
    }
    batch.heads_wait = batch.answers == kMostAnswers || answers_.size() >= kMostUnread;
    if (batch.heads_wait) break;
    batch.last = take_request(connection, bytes.substr(0, end), may_wait);
    if (batch.last != AnswerStep::answered) break;
    ++batch.answers;
    bytes.remove_prefix(end);
  }
  return batch;
}

// Where a connection stands after its answers: the socket's room comes first, then the end that one
// of them was, then a request that waits.
Turn Conversation::come_to_rest(Connection& connection, const Batch& batch) {
  connection.heads_wait = batch.heads_wait;
  Turn turn{.more = batch.heads_wait, .answers = batch.answers};
  if (!connection.out.empty()) {
    queues_.move(connection, Standing::writing, now_);
    turn.more = false;
  } else if (connection.close) {
    const Turn end = finish(connection);
    turn.over = end.over;
    turn.more = end.more;
  } else if (batch.last != AnswerStep::answered) {
    const Standing wanted =
        batch.last == AnswerStep::park ? Standing::parked : Standing::parked_briefly;
    if (connection.standing != wanted) queues_.move(connection, wanted, now_);
  } else if (connection.in.empty()) {
    if (batch.answers > 0) queues_.move(connection, Standing::idle, now_);
  } else if (batch.answers > 0 || connection.standing != Standing::reading) {
    queues_.move(connection, Standing::reading, now_);
  }
  return turn;
}

AnswerStep Conversation::take_request(Connection& connection, std::string_view bytes,
                                      bool may_wait) {
  if (const auto refusal = read_head(bytes, head_)) {
    refuse(connection, *refusal);
    return AnswerStep::answered;
  }
  const bool close = head_.close || closing_;
  const bool seat = is_parked(connection) || parked() < kMostParked;
  const AnswerStep step =
      responder_.serve({head_, connection.peer, close, may_wait && seat && !closing_}, answers_);
  if (step == AnswerStep::answered) connection.close = close;
  return step;
}

void Conversation::refuse(Connection& connection, const HeadRefusal& refusal) {
  responder_.refuse(refusal, answers_);
  connection.close = true;
  connection.linger = true;
}

bool Conversation::send_out(Connection& connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        send(connection.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent < 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  set_out(connection, bytes);
  return true;
}

void Conversation::set_out(Connection& connection, std::string_view bytes) {
  const std::size_t before = connection.out.size();
  if (before == 0 && bytes.empty()) return;
  if (before != 0) wipe(connection.out);
  connection.out.assign(bytes);
  unread_ += bytes.size() - before;
  connection.caller->unread += bytes.size() - before;
}

void Conversation::forget(Connection& connection) {
  wipe(connection.in);
  set_out(connection, {});
}

// A client that may still be sending reads its answer only if we hear it out: closing on bytes that
// nobody read resets the connection.
Turn Conversation::finish(Connection& connection) {
  if (!connection.linger || shutdown(connection.socket.get(), SHUT_WR) != 0) return kOver;
  queues_.move(connection, Standing::leaving, now_);
  return discard_from(connection);
}

Turn Conversation::discard_from(Connection& connection) {
  for (int reads = 0; reads < 64; ++reads) {
    const ssize_t got =
        recv(connection.socket.get(), scratch_.data(), scratch_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return {};
    if (got <= 0) return kOver;
  }
  return kOver;
}

std::size_t Conversation::parked() const {
  return queues_.standing_at(Standing::parked).size() +
         queues_.standing_at(Standing::parked_briefly).size();
}

}  // namespace mdh
