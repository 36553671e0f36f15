#include "daemon/endpoint/conversation.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "common/secret.h"

namespace mdh {
namespace {

constexpr std::size_t kScratchBytes = 16384;
constexpr std::size_t kMostLeaving = 64;
constexpr std::size_t kMostAnswerBytes = std::size_t{256} * 1024;

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

Conversation::Conversation(ConnectionQueues& queues, Responder responder)
    : queues_(queues), responder_(std::move(responder)), scratch_(kScratchBytes) {}

bool Conversation::go_on(Connection& connection, ConnectionTime now) {
  now_ = now;
  if (is_parked(connection)) return true;
  if (connection.standing == Standing::leaving) return discard_from(connection);
  if (connection.standing != Standing::writing) return read_from(connection);
  std::string rest = std::move(connection.out);
  connection.out.clear();
  const bool fine = send_out(connection, rest);
  wipe(rest);
  if (!fine) return false;
  if (!connection.out.empty()) return true;
  if (connection.close) return finish(connection);
  queues_.move(connection, Standing::idle, now_);
  return take_bytes(connection, {}, true) && (!reads(connection) || read_from(connection));
}

bool Conversation::ask_again(Connection& connection, bool may_wait, ConnectionTime now) {
  now_ = now;
  return take_bytes(connection, {}, may_wait) && (!reads(connection) || read_from(connection));
}

bool Conversation::turn_away(Connection& connection, ConnectionTime now) {
  now_ = now;
  answers_.clear();
  refuse(connection, {503, "TooManyConnections", "too many connections are open"});
  connection.linger = queues_.standing_at(Standing::leaving).size() < kMostLeaving;
  return send_out(connection, answers_) && connection.out.empty() && finish(connection);
}

bool Conversation::read_from(Connection& connection) {
  for (;;) {
    const ssize_t got = recv(connection.socket.get(), scratch_.data(), scratch_.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return true;
    if (got <= 0) return false;
    const auto size = static_cast<std::size_t>(got);
    const bool fine = take_bytes(connection, {scratch_.data(), size}, true);
    explicit_bzero(scratch_.data(), size);
    if (!fine) return false;
    // A short read empties the socket, but hides an end that came with it.
    if (!reads(connection) || (size < scratch_.size() && !connection.ended)) return true;
  }
}

bool Conversation::take_bytes(Connection& connection, std::string_view bytes, bool may_wait) {
  std::string kept = std::move(connection.in);
  connection.in.clear();
  if (!kept.empty()) bytes = kept.append(bytes);
  answers_.clear();
  const bool answered = answer_all(connection, bytes, may_wait);
  if (!connection.close) connection.in.assign(bytes);
  wipe(kept);
  const bool fine = send_out(connection, answers_);
  wipe_and_keep_room(answers_);
  if (!fine) return false;
  if (!connection.out.empty()) {
    queues_.move(connection, Standing::writing, now_);
  } else if (more_) {
    return take_bytes(connection, {}, may_wait);
  } else if (connection.close) {
    return finish(connection);
  } else if (step_ != AnswerStep::answered) {
    const Standing wanted = step_ == AnswerStep::park ? Standing::parked : Standing::parked_briefly;
    if (connection.standing != wanted) queues_.move(connection, wanted, now_);
  } else if (connection.in.empty()) {
    if (answered) queues_.move(connection, Standing::idle, now_);
  } else if (answered || connection.standing != Standing::reading) {
    queues_.move(connection, Standing::reading, now_);
  }
  return true;
}

// Answers every whole head in `bytes`, which is what is left then; true when one was answered.
bool Conversation::answer_all(Connection& connection, std::string_view& bytes, bool may_wait) {
  bool answered = false;
  step_ = AnswerStep::answered;
  more_ = false;
  while (!bytes.empty() && !connection.close) {
    more_ = answers_.size() >= kMostAnswerBytes;
    if (more_) break;
    const std::size_t end = find_head_end(bytes);
    if (end == 0) {
      if (bytes.size() >= kMostHeadBytes)
        refuse(connection, {431, "HeadTooLarge", "the request's head is too large"});
      break;
    }
    step_ = take_request(connection, bytes.substr(0, end), may_wait);
    if (step_ != AnswerStep::answered) break;
    answered = true;
    bytes.remove_prefix(end);
  }
  return answered;
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
  connection.out.assign(bytes);
  return true;
}

// A client that may still be sending reads its answer only if we hear it out: closing on bytes that
// nobody read resets the connection.
bool Conversation::finish(Connection& connection) {
  if (!connection.linger || shutdown(connection.socket.get(), SHUT_WR) != 0) return false;
  queues_.move(connection, Standing::leaving, now_);
  return discard_from(connection);
}

bool Conversation::discard_from(Connection& connection) {
  for (int reads = 0; reads < 16; ++reads) {
    const ssize_t got =
        recv(connection.socket.get(), scratch_.data(), scratch_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return true;
    if (got <= 0) return false;
  }
  return false;
}

std::size_t Conversation::parked() const {
  return queues_.standing_at(Standing::parked).size() +
         queues_.standing_at(Standing::parked_briefly).size();
}

}  // namespace mdh
