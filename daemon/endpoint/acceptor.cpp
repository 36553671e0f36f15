#include "daemon/endpoint/acceptor.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace mdh {
namespace {

constexpr std::size_t kMostAccepts = 64;
constexpr std::size_t kTurnsBetweenLooks = 16;
constexpr milliseconds kAcceptPause{100};

}  // namespace

Acceptor::Acceptor(std::vector<FileDescriptor> listeners, std::size_t max_connections,
                   Responder responder)
    : caller_of_(std::move(responder.caller)),
      conversation_(queues_, std::move(responder),
                    [this](const Connection& connection) {
                      return identity_.is_gone(connection.socket.get());
                    }),
      most_(max_connections) {
  for (FileDescriptor& socket : listeners) listeners_.add(std::move(socket));
}

void Acceptor::replace_local(FileDescriptor socket) {
  now_ = std::chrono::steady_clock::now();
  if (const ListenerSet::Listener* before = listeners_.local()) accept_some(*before);
  listeners_.drop_local();
  listeners_.add(std::move(socket));
}

// Looks round for newcomers and requests every few turns of connections, so that who asks little
// waits for a few of them and not for all that was asked before.
void Acceptor::turn() {
  now_ = std::chrono::steady_clock::now();
  for (std::size_t work = 0; work < kMostWork;) {
    const std::size_t seen = look_round();
    if (seen == 0 && !callers_.somebody_waits()) break;
    work += seen;
    // Every newcomer gets its turn before the next ones may take its place.
    const std::size_t turns = std::max(kTurnsBetweenLooks, seen);
    for (std::size_t i = 0; i < turns && work < kMostWork; ++i) {
      Connection* next = callers_.next_turn();
      if (next == nullptr) break;
      work += serve(*next);
    }
  }
  expire();
  if (callers_.somebody_waits()) polled_.wake_again();
  arm_timer();
}

// How much was found to do, newcomers counted.
std::size_t Acceptor::look_round() {
  std::size_t work = 0;
  for (const epoll_event& event : polled_.take()) work += handle(event.data.fd, event.events);
  return work;
}

// An event names a number that may have been closed, and taken anew, earlier in the same turn. So
// it only says where to look.
std::size_t Acceptor::handle(int fd, std::uint32_t events) {
  if (const ListenerSet::Listener* listener = listeners_.find(fd)) return accept_some(*listener);
  const auto place = static_cast<std::size_t>(fd);
  if (place >= connections_.size() || !connections_[place]) return 0;
  Connection& connection = *connections_[place];
  connection.ended = connection.ended || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  callers_.want_turn(connection);
  return 0;
}

std::size_t Acceptor::serve(Connection& connection) {
  const Turn turn = conversation_.go_on(connection, now_);
  settle(connection, turn);
  while (conversation_.unread() > kMostUnreadInAll) destroy(*places_.reads_least());
  return std::max<std::size_t>(turn.answers, 1);
}

// Ends what is over; has a connection whose answer did not fit watched for room, which most never
// need.
void Acceptor::settle(Connection& connection, const Turn& turn) {
  if (turn.over) return destroy(connection);
  if (turn.more) callers_.want_turn(connection);
  const std::uint32_t room = connection.standing == Standing::writing ? std::uint32_t{EPOLLOUT} : 0;
  const std::uint32_t events = EPOLLIN | EPOLLRDHUP | EPOLLET | room;
  if (connection.watched_for == events || (room == 0 && connection.watched_for != 0)) return;
  const bool is_new = std::exchange(connection.watched_for, events) == 0;
  is_new ? polled_.add(connection.socket.get(), events)
         : polled_.change(connection.socket.get(), events);
}

std::size_t Acceptor::accept_some(const ListenerSet::Listener& listener) {
  const std::size_t most = std::clamp<std::size_t>(most_ / 4, 1, kMostAccepts);
  std::size_t taken = 0;
  while (taken < most && !draining_) {
    sockaddr_storage client{};
    socklen_t size = sizeof client;
    FileDescriptor socket(accept4(listener.socket.get(), reinterpret_cast<sockaddr*>(&client),
                                  &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      admit(std::move(socket), client, listener);
    } else if (!survives(accept_failure(listener.socket.get(), errno))) {
      break;
    }
    ++taken;
  }
  return taken;
}

// True to accept on. Out of descriptors, somebody gives way; where nobody can, or the listener
// itself is broken, a pause keeps the loop from spinning on what stays readable.
bool Acceptor::survives(AcceptFailure failure) {
  if (failure == AcceptFailure::nobody_waits) return false;
  if (failure == AcceptFailure::of_one_client) return true;
  if (failure == AcceptFailure::out_of_room) {
    Connection* oldest = places_.gives_way(false);
    if (oldest == nullptr) oldest = places_.gives_way(true);
    if (oldest != nullptr) return destroy(*oldest), true;
  }
  pause_accepting(true);
  return false;
}

void Acceptor::pause_accepting(bool pause) {
  paused_until_ = pause ? std::optional(now_ + kAcceptPause) : std::nullopt;
  listeners_.pause(pause);
}

// What a client left behind that has closed already is not looked at.
void Acceptor::admit(FileDescriptor socket, const sockaddr_storage& client,
                     const ListenerSet::Listener& listener) {
  const int fd = socket.get();
  const auto [peer, closed] = identity_.identify(fd, client, listener.address);
  if (closed) return;
  if (peer.by_socket) bound_buffers(fd);
  const CallerKey key = caller_of_(peer);
  const bool room = make_room(key.entitled);
  const auto place = static_cast<std::size_t>(fd);
  if (place >= connections_.size()) connections_.resize(place + 1);
  connections_[place] = std::make_unique<Connection>();
  Connection& connection = *connections_[place];
  connection.socket = std::move(socket);
  connection.peer = peer;
  ++open_;
  callers_.enter(connection, key);
  queues_.enter(connection, Standing::fresh, now_);
  // The request is often there already: then a connection for one request never meets epoll.
  if (room) return callers_.want_turn(connection);
  settle(connection, conversation_.turn_away(connection, now_));
}

bool Acceptor::make_room(bool entitled) {
  if (places_.has_room(entitled, most_)) return true;
  Connection* oldest = places_.gives_way(false);
  if (oldest == nullptr && entitled) oldest = places_.gives_way(true);
  if (oldest != nullptr) take_place_of(*oldest);
  return oldest != nullptr;
}

void Acceptor::take_place_of(Connection& connection) {
  const bool begun =
      connection.standing == Standing::fresh || connection.standing == Standing::reading;
  if (!begun || connection.caller->entitled || open_ >= most_open_) return destroy(connection);
  if (connection.watched_for != 0) polled_.remove(connection.socket.get());
  connection.watched_for = EPOLLRDHUP;  // as if: it is watched no more
  wipe(connection.in);
  queues_.move(connection, Standing::given_up, now_);
}

void Acceptor::ask_again() {
  now_ = std::chrono::steady_clock::now();
  std::vector<Connection*> waiting;
  for (const Standing standing : {Standing::parked, Standing::parked_briefly}) {
    const auto& queue = queues_.standing_at(standing);
    waiting.insert(waiting.end(), queue.begin(), queue.end());
  }
  for (Connection* connection : waiting)
    settle(*connection, conversation_.ask_again(*connection, true, now_));
  arm_timer();
}

void Acceptor::rest() {
  draining_ = true;
  conversation_.last_answers();
  paused_until_.reset();
  listeners_.close();
}

void Acceptor::drain() {
  rest();
  // A request that came before the stop still gets its answer; who has sent none is let go.
  now_ = std::chrono::steady_clock::now();
  for (const Standing standing : {Standing::idle, Standing::fresh}) {
    const std::list<Connection*> quiet = queues_.standing_at(standing);
    for (Connection* connection : quiet)
      settle(*connection, conversation_.go_on(*connection, now_));
    while (!queues_.standing_at(standing).empty()) destroy(*queues_.standing_at(standing).front());
  }
}

void Acceptor::destroy(Connection& connection) {
  const auto place = static_cast<std::size_t>(connection.socket.get());
  --open_;
  conversation_.forget(connection);
  queues_.leave(connection);
  callers_.leave(connection);
  connections_[place].reset();
}

void Acceptor::expire() {
  now_ = std::chrono::steady_clock::now();
  while (Connection* overdue = queues_.overdue(now_)) {
    const bool waits =
        overdue->standing == Standing::parked || overdue->standing == Standing::parked_briefly;
    settle(*overdue, waits ? conversation_.ask_again(*overdue, false, now_) : Turn{true});
  }
  if (paused_until_ && now_ >= *paused_until_) pause_accepting(false);
}

void Acceptor::arm_timer() {
  polled_.wake_at(queues_.next());
  polled_.wake_at(paused_until_);
}

}  // namespace mdh
