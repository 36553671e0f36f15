#include "daemon/endpoint/acceptor.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <array>
#include <cerrno>

#include "daemon/endpoint/socket_address.h"
#include "daemon/system/give_up.h"

namespace mdh {
namespace {

constexpr int kMostAccepts = 64;
constexpr int kMostRounds = 8;
constexpr milliseconds kAcceptPause{100};

std::uint32_t owner(const Peer& peer) {
  return peer.user.value_or(0xffffffff);
}

}  // namespace

struct Acceptor::Listener {
  FileDescriptor socket;
  sockaddr_storage address{};
};

Acceptor::Acceptor(std::vector<FileDescriptor> listeners, std::size_t max_connections,
                   Responder responder)
    : conversation_(queues_, std::move(responder)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      most_(max_connections) {
  if (!epoll_ || !timer_) give_up("an epoll or timer descriptor", errno);
  watch(timer_.get(), EPOLLIN, EPOLL_CTL_ADD);
  for (FileDescriptor& socket : listeners) listen_at(std::move(socket));
}

Acceptor::~Acceptor() = default;

void Acceptor::listen_at(FileDescriptor socket) {
  const sockaddr_storage address = own_address(socket.get());
  watch(socket.get(), EPOLLIN, EPOLL_CTL_ADD);
  listeners_.push_back({std::move(socket), address});
}

void Acceptor::replace_local(FileDescriptor socket) {
  now_ = std::chrono::steady_clock::now();
  for (Listener& listener : listeners_) {
    if (listener.address.ss_family == AF_UNIX) accept_some(listener);
  }
  std::erase_if(listeners_, [](const Listener& one) { return one.address.ss_family == AF_UNIX; });
  listen_at(std::move(socket));
}

void Acceptor::watch(int fd, std::uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll_.get(), operation, fd, &event);
}

void Acceptor::turn() {
  now_ = std::chrono::steady_clock::now();
  std::array<epoll_event, 256> events;  // NOLINT(cppcoreguidelines-pro-type-member-init): for epoll
  for (int round = 0; round < kMostRounds; ++round) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
    if (count <= 0) break;
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      handle(event.data.fd, (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
    }
  }
  expire();
  arm_timer();
}

// An event names a number that may have been closed, and taken anew, earlier in the same turn. So
// it only says where to look.
void Acceptor::handle(int fd, bool ended) {
  if (fd == timer_.get()) {
    std::uint64_t ticks = 0;
    if (read(fd, &ticks, sizeof ticks) > 0) armed_.reset();
    return;
  }
  for (Listener& listener : listeners_) {
    if (fd == listener.socket.get()) return accept_some(listener);
  }
  const auto place = static_cast<std::size_t>(fd);
  if (place >= connections_.size() || !connections_[place]) return;
  Connection& connection = *connections_[place];
  connection.ended = connection.ended || ended;
  settle(connection, conversation_.go_on(connection, now_));
}

// Ends what is over; has a connection whose answer did not fit watched for room, which most never
// need.
void Acceptor::settle(Connection& connection, bool stays) {
  if (!stays) return destroy(connection);
  const std::uint32_t room = connection.standing == Standing::writing ? std::uint32_t{EPOLLOUT} : 0;
  const std::uint32_t events = EPOLLIN | EPOLLRDHUP | EPOLLET | room;
  if (connection.watched_for == events || (room == 0 && connection.watched_for != 0)) return;
  const int operation = connection.watched_for == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  connection.watched_for = events;
  watch(connection.socket.get(), events, operation);
}

void Acceptor::accept_some(Listener& listener) {
  for (int i = 0; i < kMostAccepts && !draining_; ++i) {
    sockaddr_storage client{};
    socklen_t size = sizeof client;
    FileDescriptor socket(accept4(listener.socket.get(), reinterpret_cast<sockaddr*>(&client),
                                  &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      admit(std::move(socket), client, listener);
    } else if (!survives(accept_failure(listener.socket.get(), errno))) {
      return;
    }
  }
}

// True to accept on. Out of descriptors, an idle connection gives up its own; where none is idle,
// or the listener itself is broken, a pause keeps the loop from spinning on what stays readable.
bool Acceptor::survives(AcceptFailure failure) {
  if (failure == AcceptFailure::nobody_waits) return false;
  if (failure == AcceptFailure::of_one_client) return true;
  Connection* oldest = failure == AcceptFailure::out_of_room ? oldest_idle(nullptr) : nullptr;
  if (oldest != nullptr) {
    destroy(*oldest);
    return true;
  }
  pause_accepting(true);
  return false;
}

void Acceptor::pause_accepting(bool pause) {
  paused_until_ = pause ? std::optional(now_ + kAcceptPause) : std::nullopt;
  for (const Listener& listener : listeners_)
    watch(listener.socket.get(), pause ? 0U : std::uint32_t{EPOLLIN}, EPOLL_CTL_MOD);
}

void Acceptor::admit(FileDescriptor socket, const sockaddr_storage& client,
                     const Listener& listener) {
  const int fd = socket.get();
  const auto place = static_cast<std::size_t>(fd);
  if (place >= connections_.size()) connections_.resize(place + 1);
  const Peer peer = identity_.identify(fd, client, listener.address);
  const bool room = make_room(peer);
  connections_[place] = std::make_unique<Connection>();
  Connection& connection = *connections_[place];
  connection.socket = std::move(socket);
  connection.peer = peer;
  ++open_;
  ++users_[owner(peer)];
  queues_.enter(connection, Standing::fresh, now_);
  // The request is often there already: then a connection for one request never meets epoll.
  settle(connection,
         room ? conversation_.go_on(connection, now_) : conversation_.turn_away(connection, now_));
}

// A user may hold all but a last reserve, so that another's honest request finds a place.
bool Acceptor::make_room(const Peer& peer) {
  const std::uint32_t user = owner(peer);
  const auto own = users_.find(user);
  if (own != users_.end() && own->second >= most_ - most_ / 64) {
    Connection* oldest = oldest_idle(&user);
    if (oldest != nullptr) destroy(*oldest);
    return oldest != nullptr;
  }
  if (open_ - queues_.standing_at(Standing::leaving).size() < most_) return true;
  Connection* oldest = oldest_idle(nullptr);
  if (oldest != nullptr) destroy(*oldest);
  return oldest != nullptr;
}

Connection* Acceptor::oldest_idle(const std::uint32_t* user) const {
  for (const Standing standing : {Standing::idle, Standing::fresh}) {
    for (Connection* connection : queues_.standing_at(standing)) {
      if (user == nullptr || owner(connection->peer) == *user) return connection;
    }
  }
  return nullptr;
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

// Listeners are closed, never shut down: another process may hold them too.
void Acceptor::drain() {
  draining_ = true;
  conversation_.last_answers();
  paused_until_.reset();
  listeners_.clear();
  // A request that came before the stop still gets its answer; who has sent none is let go.
  now_ = std::chrono::steady_clock::now();
  for (const Standing standing : {Standing::idle, Standing::fresh}) {
    const std::list<Connection*> quiet = queues_.standing_at(standing);
    for (Connection* connection : quiet)
      settle(*connection, conversation_.go_on(*connection, now_));
  }
  while (Connection* idle = oldest_idle(nullptr)) destroy(*idle);
}

void Acceptor::destroy(Connection& connection) {
  const auto place = static_cast<std::size_t>(connection.socket.get());
  const auto user = users_.find(owner(connection.peer));
  if (--user->second == 0) users_.erase(user);
  --open_;
  queues_.leave(connection);
  wipe(connection.in);
  wipe(connection.out);
  connections_[place].reset();
}

void Acceptor::expire() {
  now_ = std::chrono::steady_clock::now();
  while (Connection* overdue = queues_.overdue(now_)) {
    const bool waits =
        overdue->standing == Standing::parked || overdue->standing == Standing::parked_briefly;
    settle(*overdue, waits && conversation_.ask_again(*overdue, false, now_));
  }
  if (paused_until_ && now_ >= *paused_until_) pause_accepting(false);
}

void Acceptor::arm_timer() {
  std::optional<ConnectionTime> next = queues_.next();
  if (paused_until_ && (!next || *paused_until_ < *next)) next = paused_until_;
  if (!next || (armed_ && *armed_ <= *next)) return;
  const auto since = std::chrono::ceil<milliseconds>(next->time_since_epoch());
  itimerspec at{};
  at.it_value.tv_sec = std::chrono::duration_cast<seconds>(since).count();
  at.it_value.tv_nsec = (since % seconds(1)).count() * 1000000;
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
  armed_ = next;
}

}  // namespace mdh
