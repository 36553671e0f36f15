// A hostile client, for the benchmarks of the endpoint under attack:
//
//     hostile PORT SECONDS WAY CONNECTIONS [METHOD TARGET]
//
// Ways: pipeline (asks without end and reads what comes), deaf (asks without end and reads
// nothing), begin (begins requests and sends no more), burst (asks and closes, each connection
// once). What is closed is opened anew, but in a burst.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

enum class Way { pipeline, deaf, begin, burst };

class Hostile {
 public:
  Hostile(std::uint16_t port, Way way, const std::string& request)
      : way_(way), epoll_(epoll_create1(0)) {
    to_.sin_family = AF_INET;
    to_.sin_port = htons(port);
    to_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bytes_ = way == Way::begin ? "G" : request;
    while (way != Way::begin && bytes_.size() < 16384) bytes_ += request;
  }

  void dial() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) return;
    const bool fails = connect(fd, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) != 0;
    if (fails && errno != EINPROGRESS) {
      close(fd);
      return;
    }
    if (static_cast<std::size_t>(fd) >= sent_.size())
      sent_.resize(static_cast<std::size_t>(fd) + 1);
    sent_[static_cast<std::size_t>(fd)] = 0;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  // With blocking sockets, as what is closed before it is connected says nothing.
  void burst(int connections) {
    for (int i = 0; i < connections; ++i) {
      const int fd = socket(AF_INET, SOCK_STREAM, 0);
      if (connect(fd, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) == 0)
        (void)!send(fd, bytes_.data(), bytes_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      close(fd);
    }
  }

  void go_on() {
    std::array<epoll_event, 256> events{};
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (alive(event.data.fd, event.events)) continue;
      close(event.data.fd);
      dial();
    }
  }

 private:
  bool alive(int fd, std::uint32_t events) {
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return false;
    for (;;) {
      const bool wrote = write_some(fd);
      const int got = way_ == Way::deaf ? 0 : read_some(fd);
      if (got < 0) return false;
      if (got == 0 && !wrote) return true;
    }
  }

  bool write_some(int fd) {
    std::size_t& at = sent_[static_cast<std::size_t>(fd)];
    if (way_ == Way::begin && at > 0) return false;
    const std::size_t from = at % bytes_.size();
    const ssize_t wrote =
        send(fd, bytes_.data() + from, bytes_.size() - from, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (wrote > 0) at += static_cast<std::size_t>(wrote);
    return wrote > 0;
  }

  int read_some(int fd) {
    static std::array<char, 65536> sink;
    const ssize_t got = recv(fd, sink.data(), sink.size(), MSG_DONTWAIT);
    if (got > 0) return 1;
    return got < 0 && errno == EAGAIN ? 0 : -1;
  }

  Way way_;
  int epoll_;
  sockaddr_in to_{};
  std::string bytes_;
  std::vector<std::size_t> sent_;
};

Way way_of(const std::string& name) {
  if (name == "pipeline") return Way::pipeline;
  if (name == "deaf") return Way::deaf;
  return name == "begin" ? Way::begin : Way::burst;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const std::string method = argc > 5 ? argv[5] : "HEAD";
  const std::string target = argc > 6 ? argv[6] : "/metrics";
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const Way way = way_of(argv[3]);
  const int connections = std::atoi(argv[4]);
  Hostile hostile(static_cast<std::uint16_t>(std::atoi(argv[1])), way,
                  method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  if (way == Way::burst) {
    hostile.burst(connections);
    return 0;
  }
  for (int i = 0; i < connections; ++i) hostile.dial();
  const auto end = Clock::now() + std::chrono::seconds(std::atoi(argv[2]));
  while (Clock::now() < end) hostile.go_on();
  return 0;
}
