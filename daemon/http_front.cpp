#include "daemon/http_front.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <unordered_map>

#include "daemon/http_connection.h"
#include "daemon/peer_identity.h"

namespace mdh {
namespace {

constexpr int kEventsATurn = 128;
constexpr int kAcceptsATurn = 64;
constexpr int kAnswersATurn = 64;  // pipelined ones of one connection
constexpr std::size_t kMostParked = 16;
constexpr std::size_t kMostReadAhead = kMostHeadBytes;
constexpr HeadRefusal kFull{503, "TooManyConnections", "all connections are busy; try again"};

ConnectionTime now_monotonic() {
  return std::chrono::steady_clock::now();
}

std::uint16_t port_of(const sockaddr_storage& at) {
  return ntohs(at.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(at).sin6_port
                                        : reinterpret_cast<const sockaddr_in&>(at).sin_port);
}

struct Listener {
  FileDescriptor socket;
  sockaddr_storage address{};
};

// What send() took; the whole answer in nearly every case.
std::size_t send_some(int fd, std::string_view bytes, bool& broken) {
  for (;;) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EINTR) continue;
    broken = errno != EAGAIN && errno != EWOULDBLOCK;
    return 0;
  }
}

}  // namespace

class HttpFront::Floor {
 public:
  Floor(std::vector<FileDescriptor> listeners, std::size_t most, FrontDesk desk)
      : most_(most),
        desk_(std::move(desk)),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
    watch(timer_.get(), EPOLLIN, EPOLL_CTL_ADD);
    for (FileDescriptor& socket : listeners) {
      Listener listener{std::move(socket), {}};
      socklen_t size = sizeof listener.address;
      ::getsockname(listener.socket.get(), reinterpret_cast<sockaddr*>(&listener.address), &size);
      const int fd = listener.socket.get();
      listeners_.emplace(fd, std::move(listener));
      watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  int poll_fd() const { return epoll_.get(); }

  void turn() {
    std::array<epoll_event, kEventsATurn> events;
    const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsATurn, 0);
    now_ = now_monotonic();
    for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)]);
    end_overdue();
    arm_timer();
  }

  void wake_parked() {
    now_ = now_monotonic();
    const std::list<HttpConnection*> parked = queues_.standing_at(Standing::parked);
    for (HttpConnection* connection : parked) resume(*connection, true);
    arm_timer();
  }

  void set_most(std::size_t most) { most_ = most; }

  void drain() {
    draining_ = true;
    listeners_.clear();
    for (const Standing standing : {Standing::idle, Standing::fresh}) {
      while (!queues_.standing_at(standing).empty()) close(*queues_.standing_at(standing).front());
    }
  }

  bool drained() const { return draining_ && connections_.empty(); }
  std::size_t connections() const { return connections_.size(); }

 private:
  void watch(int fd, std::uint32_t events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    ::epoll_ctl(epoll_.get(), operation, fd, &event);
  }

  void handle(const epoll_event& event) {
    const int fd = event.data.fd;
    if (fd == timer_.get()) {
      std::uint64_t expirations = 0;
      (void)!::read(fd, &expirations, sizeof expirations);
      armed_.reset();
      return resume_listeners();
    }
    if (const auto listener = listeners_.find(fd); listener != listeners_.end()) {
      return accept_from(listener->second);
    }
    // An event of a connection that was closed earlier in this turn finds nothing, or a newcomer
    // with the same number, for whom it is one look too many.
    const auto found = connections_.find(fd);
    if (found == connections_.end()) return;
    HttpConnection& connection = *found->second;
    if (connection.standing == Standing::parked) return close(connection);  // it hung up
    if (connection.standing == Standing::writing) return write_on(connection);
    read_from(connection);
  }

  void accept_from(Listener& listener) {
    for (int i = 0; i < kAcceptsATurn; ++i) {
      sockaddr_storage client{};
      socklen_t size = sizeof client;
      FileDescriptor socket(::accept4(listener.socket.get(), reinterpret_cast<sockaddr*>(&client),
                                      &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
          return out_of_descriptors();
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        return;
      }
      welcome(std::move(socket), client, listener);
    }
  }

  void welcome(FileDescriptor socket, const sockaddr_storage& client, const Listener& listener) {
    if (connections_.size() >= most_ && !evict_idle()) return turn_away(socket);
    auto connection = std::make_unique<HttpConnection>();
    connection->peer = {peers_.user_of(client, listener.address), port_of(listener.address)};
    connection->socket = std::move(socket);
    const int fd = connection->socket.get();
    queues_.enter(*connection, Standing::fresh, now_);
    ++by_user_[user_key(*connection)];
    connections_.emplace(fd, std::move(connection));
    watch(fd, EPOLLIN | EPOLLRDHUP, EPOLL_CTL_ADD);
  }

  void turn_away(const FileDescriptor& socket) {
    out_.clear();
    desk_.refuse(kFull, out_);
    bool broken = false;
    send_some(socket.get(), out_, broken);
  }

  // The accept queue keeps what cannot be taken now; looking again at once would spin.
  void out_of_descriptors() {
    if (evict_idle()) return;
    for (const auto& [fd, listener] : listeners_) watch(fd, 0, EPOLL_CTL_MOD);
    listeners_paused_until_ = now_ + seconds(1);
  }

  void resume_listeners() {
    if (!listeners_paused_until_ || now_ < *listeners_paused_until_) return;
    listeners_paused_until_.reset();
    for (const auto& [fd, listener] : listeners_) watch(fd, EPOLLIN, EPOLL_CTL_MOD);
  }

  static std::int64_t user_key(const HttpConnection& connection) {
    return connection.peer.user ? std::int64_t{*connection.peer.user} : -1;
  }

  // Whoever fills the house makes room: the user with the most connections loses the oldest idle
  // one; without any of theirs, the oldest of all.
  bool evict_idle() {
    const auto crowd = std::max_element(
        by_user_.begin(), by_user_.end(),
        [](const auto& left, const auto& right) { return left.second < right.second; });
    HttpConnection* oldest = nullptr;
    for (const Standing standing : {Standing::idle, Standing::fresh, Standing::leaving}) {
      for (HttpConnection* one : queues_.standing_at(standing)) {
        if (oldest == nullptr) oldest = one;
        if (user_key(*one) != crowd->first) continue;
        close(*one);
        return true;
      }
    }
    if (oldest != nullptr) close(*oldest);
    return oldest != nullptr;
  }

  void read_from(HttpConnection& connection) {
    char bytes[kMostReadAhead];
    const ssize_t count = ::recv(connection.socket.get(), bytes, sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return close(connection);
    const std::string_view arrived(bytes, static_cast<std::size_t>(count));
    if (connection.standing == Standing::leaving) return;  // what comes now is thrown away
    if (connection.in.empty()) {
      work_through(connection, arrived);
    } else {
      connection.in += arrived;
      const std::string all = std::move(connection.in);
      connection.in.clear();
      work_through(connection, all);
    }
    explicit_bzero(bytes, static_cast<std::size_t>(count));
  }

  // Answers every whole head in `bytes`, in one send; what is left waits for its rest.
  void work_through(HttpConnection& connection, std::string_view bytes) {
    out_.clear();
    bool answered = false;
    for (int i = 0; i < kAnswersATurn && !connection.close; ++i) {
      const std::size_t length = find_head_end(bytes.substr(0, kMostHeadBytes + 1));
      const bool endless = length == 0 && bytes.size() > kMostHeadBytes;
      if (length == 0 && !endless) break;
      const std::string_view head = endless ? bytes : bytes.substr(0, length);
      if (!answer_head(connection, head)) return park(connection, bytes);
      bytes.remove_prefix(head.size());
      answered = true;
    }
    connection.in.assign(connection.close ? std::string_view() : bytes);
    if (answered) return send_answers(connection);
    if (connection.standing != Standing::reading) queues_.move(connection, Standing::reading, now_);
  }

  // False when the request must wait; then nothing was appended.
  bool answer_head(HttpConnection& connection, std::string_view bytes) {
    if (const auto refusal = read_head(bytes, head_)) {
      desk_.refuse(*refusal, out_);
      connection.close = true;
      return true;
    }
    const bool may_wait =
        queues_.standing_at(Standing::parked).size() < kMostParked && out_.empty();
    const auto outcome = desk_.answer(head_, connection.peer, may_wait && !draining_, out_);
    if (outcome.patience > milliseconds(0)) {
      patience_ = outcome.patience;
      return false;
    }
    connection.close = outcome.close || draining_;
    return true;
  }

  void park(HttpConnection& connection, std::string_view bytes) {
    connection.in.assign(bytes);
    queues_.move(connection, Standing::parked, now_);
    connection.deadline = now_ + patience_;
    watch(connection.socket.get(), EPOLLRDHUP, EPOLL_CTL_MOD);
  }

  // A parked request is answered again from its start; `may_wait` lets it go on waiting.
  void resume(HttpConnection& connection, bool may_wait) {
    const std::string bytes = connection.in;
    const std::size_t length = find_head_end(bytes);
    if (read_head(std::string_view(bytes).substr(0, length), head_)) return close(connection);
    out_.clear();
    const auto outcome = desk_.answer(head_, connection.peer, may_wait, out_);
    if (outcome.patience > milliseconds(0)) return;
    connection.in.erase(0, length);
    connection.close = outcome.close || draining_;
    watch(connection.socket.get(), EPOLLIN | EPOLLRDHUP, EPOLL_CTL_MOD);
    send_answers(connection);
  }

  void send_answers(HttpConnection& connection) {
    bool broken = false;
    const std::size_t sent = send_some(connection.socket.get(), out_, broken);
    if (broken) return close(connection);
    if (sent == out_.size()) {
      explicit_bzero(out_.data(), out_.size());
      return after_answer(connection);
    }
    connection.out.assign(out_, sent);
    queues_.move(connection, Standing::writing, now_);
    watch(connection.socket.get(), EPOLLOUT, EPOLL_CTL_MOD);
  }

  void write_on(HttpConnection& connection) {
    bool broken = false;
    const std::size_t sent = send_some(connection.socket.get(), connection.out, broken);
    if (broken) return close(connection);
    connection.out.erase(0, sent);
    if (!connection.out.empty()) return;
    watch(connection.socket.get(), EPOLLIN | EPOLLRDHUP, EPOLL_CTL_MOD);
    after_answer(connection);
  }

  void after_answer(HttpConnection& connection) {
    if (connection.close) return say_goodbye(connection);
    if (connection.in.empty()) return queues_.move(connection, Standing::idle, now_);
    queues_.move(connection, Standing::reading, now_);
  }

  // Bytes that came and were not read would turn the close into a reset, which can overtake the
  // answer: then our end is shut first and theirs awaited.
  void say_goodbye(HttpConnection& connection) {
    char byte = 0;
    const bool more = ::recv(connection.socket.get(), &byte, 1, MSG_PEEK) > 0;
    if (!more) return close(connection);
    ::shutdown(connection.socket.get(), SHUT_WR);
    queues_.move(connection, Standing::leaving, now_);
  }

  void close(HttpConnection& connection) {
    queues_.leave(connection);
    const auto count = by_user_.find(user_key(connection));
    if (--count->second == 0) by_user_.erase(count);
    connections_.erase(connection.socket.get());
  }

  void end_overdue() {
    while (HttpConnection* connection = queues_.overdue(now_)) {
      if (connection->standing == Standing::parked) {
        resume(*connection, false);
      } else {
        close(*connection);
      }
    }
  }

  // Armed only for an earlier moment than it is armed for; a timer that fires too early is armed
  // anew, which costs less than arming it with every request.
  void arm_timer() {
    auto next = queues_.next();
    if (listeners_paused_until_)
      next = std::min(next.value_or(*listeners_paused_until_), *listeners_paused_until_);
    if (!next || (armed_ && *armed_ <= *next)) return;
    armed_ = next;
    const auto since = std::max(next->time_since_epoch(), ConnectionTime::duration(1));
    const auto whole = std::chrono::duration_cast<seconds>(since);
    itimerspec spec{};
    spec.it_value.tv_sec = whole.count();
    spec.it_value.tv_nsec = std::chrono::nanoseconds(since - whole).count();
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
  }

  std::size_t most_;
  FrontDesk desk_;
  FileDescriptor epoll_;
  FileDescriptor timer_;
  PeerIdentity peers_;
  std::map<int, Listener> listeners_;
  std::unordered_map<int, std::unique_ptr<HttpConnection>> connections_;
  std::map<std::int64_t, std::size_t> by_user_;
  ConnectionQueues queues_;
  ConnectionTime now_{};
  std::optional<ConnectionTime> armed_;
  std::optional<ConnectionTime> listeners_paused_until_;
  milliseconds patience_{0};
  bool draining_ = false;
  RequestHead head_;  // its memory is used again
  std::string out_;   // the answers under way
};

HttpFront::HttpFront(std::vector<FileDescriptor> listeners, std::size_t most_connections,
                     FrontDesk desk)
    : floor_(std::make_unique<Floor>(std::move(listeners), most_connections, std::move(desk))) {}
HttpFront::~HttpFront() = default;

int HttpFront::poll_fd() const {
  return floor_->poll_fd();
}
void HttpFront::turn() {
  floor_->turn();
}
void HttpFront::wake_parked() {
  floor_->wake_parked();
}
void HttpFront::set_most_connections(std::size_t most) {
  floor_->set_most(most);
}
void HttpFront::drain() {
  floor_->drain();
}
bool HttpFront::drained() const {
  return floor_->drained();
}
std::size_t HttpFront::connections() const {
  return floor_->connections();
}

}  // namespace mdh
