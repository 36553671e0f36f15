// The real endpoint on a loopback socket of its own, turned by a thread of its own; and clients
// that speak raw bytes to it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "daemon/endpoint/server.h"
#include "daemon/system/clock.h"

namespace mdh {

inline constexpr std::string_view kTestToken = "0123456789abcdefghijklmnopqrstuvwxyz";

inline FileDescriptor listen_on_loopback(std::uint16_t& port, bool v6 = false) {
  FileDescriptor socket(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
  sockaddr_storage at{};
  socklen_t size = sizeof(sockaddr_in);
  if (v6) {
    auto& v6_at = reinterpret_cast<sockaddr_in6&>(at);
    v6_at.sin6_family = AF_INET6;
    v6_at.sin6_addr = in6addr_loopback;
    size = sizeof(sockaddr_in6);
  } else {
    auto& v4_at = reinterpret_cast<sockaddr_in&>(at);
    v4_at.sin_family = AF_INET;
    v4_at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  if (bind(socket.get(), reinterpret_cast<sockaddr*>(&at), size) != 0 ||
      listen(socket.get(), 1024) != 0)
    throw std::runtime_error("no loopback socket");
  size = sizeof at;
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &size);
  port = ntohs(v6 ? reinterpret_cast<sockaddr_in6&>(at).sin6_port
                  : reinterpret_cast<sockaddr_in&>(at).sin_port);
  return socket;
}

class Client {
 public:
  explicit Client(std::uint16_t port, bool v6 = false)
      : Client(FileDescriptor(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0)), port, v6) {}
  // Takes a socket made before, when there may be none left to make.
  Client(FileDescriptor socket, std::uint16_t port, bool v6) : socket_(std::move(socket)) {
    sockaddr_in6 at6{};
    at6.sin6_family = AF_INET6;
    at6.sin6_addr = in6addr_loopback;
    at6.sin6_port = htons(port);
    sockaddr_in at4{};
    at4.sin_family = AF_INET;
    at4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at4.sin_port = htons(port);
    const timeval patience{20, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int result =
        v6 ? connect(socket_.get(), reinterpret_cast<const sockaddr*>(&at6), sizeof at6)
           : connect(socket_.get(), reinterpret_cast<const sockaddr*>(&at4), sizeof at4);
    if (result != 0) throw std::runtime_error("no connection");
  }

  int fd() const { return socket_.get(); }
  void finish_sending() { shutdown(socket_.get(), SHUT_WR); }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // One answer, by its Content-Length; what there is when the connection ends before.
  std::string answer(bool head_only = false) {
    for (;;) {
      const std::size_t end = read_.find("\r\n\r\n");
      if (end != read_.npos) {
        std::size_t length = 0;
        const std::size_t at = read_.find("Content-Length: ");
        if (at < end && !head_only) length = std::stoul(read_.substr(at + 16));
        if (read_.size() >= end + 4 + length) return take(end + 4 + length);
      }
      if (!read_more()) return take(read_.size());
    }
  }
  // Everything until the other side closes; fails the caller's expectation by what it holds.
  std::string rest() {
    while (read_more()) {
    }
    return take(read_.size());
  }
  bool closed() { return read_.empty() && !read_more() && read_.empty(); }

 private:
  bool read_more() {
    char bytes[16384];
    const ssize_t got = recv(socket_.get(), bytes, sizeof bytes, 0);
    if (got > 0) read_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }
  std::string take(std::size_t count) {
    std::string taken = read_.substr(0, count);
    read_.erase(0, count);
    return taken;
  }
  FileDescriptor socket_;
  std::string read_;
};

class RunningEndpoint {
 public:
  // Listens at `listeners`, or where none are given at a port of each family.
  explicit RunningEndpoint(EndpointConfig config = {}, bool ready = true,
                           std::vector<FileDescriptor> listeners = {})
      : wake_(eventfd(0, 0)) {
    state_.accounts.push_back({"lab", {}});
    state_.profiles.resize(1);
    state_.profiles[0].name = "mdh-lab";
    state_.profiles[0].region = "us-east-1";
    if (ready) fill();
    config.imds_profile = "mdh-lab";
    config_.accounts.resize(1);
    config_.accounts[0].projects.resize(1);
    config_.accounts[0].projects[0].profile = "mdh-lab";
    config_.endpoint = std::move(config);
    if (listeners.empty()) {
      listeners.push_back(listen_on_loopback(port));
      listeners.push_back(listen_on_loopback(port6, true));
    }
    TokenRing tokens;
    tokens.current = Secret(kTestToken);
    server_ = std::make_unique<EndpointServer>(
        config_, std::move(listeners), std::move(tokens),
        EndpointHooks{[this]() -> const State& { return state_; }, [this] { return clocks(); },
                      [this](const std::string&) {
                        ++refreshes;
                        return RefreshAnswer{refreshes == 1, seconds(9)};
                      },
                      [this](std::uint32_t user) { asked_about = user; }});
    thread_ = std::thread([this] { run(); });
  }
  ~RunningEndpoint() {
    run_there([this] { ending_ = true; });
    thread_.join();
  }

  // run_there() does something on the endpoint's own thread and waits until it is done.
  void run_there(std::function<void()> step) {
    std::promise<void> done;
    {
      const std::lock_guard lock(mutex_);
      step_ = [&] {
        step();
        done.set_value();
      };
    }
    const std::uint64_t one = 1;
    if (write(wake_.get(), &one, sizeof one) != sizeof one) std::abort();
    done.get_future().wait();
  }
  void become_ready() {
    run_there([this] {
      fill();
      server_->state_changed();
    });
  }
  EndpointServer& server() { return *server_; }
  const Config& config() const { return config_; }
  std::string ask(const std::string& request) {
    Client client(port);
    client.send(request);
    return client.answer();
  }
  std::string get(const std::string& path, const std::string& fields = "") {
    return ask("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + fields +
               "\r\n");
  }
  static std::string authorized() { return "Authorization: " + std::string(kTestToken) + "\r\n"; }

  std::uint16_t port = 0;
  std::uint16_t port6 = 0;
  int refreshes = 0;
  std::atomic<std::uint32_t> asked_about{0};
  std::atomic<int> ahead{0};  // seconds by which the wall clock was set forward
  std::atomic<long> turns{0};

 private:
  Now clocks() {
    Now now = read_clocks();
    now.wall += seconds(ahead);
    return now;
  }
  void fill() {
    auto made = std::make_shared<Credentials>();
    made->access_key_id = "ASIAEXAMPLE";
    made->secret_access_key = Secret("secret");
    made->session_token = Secret(std::string(800, 't'));
    made->received = read_clocks().wall;
    made->expiration = made->received + seconds(3600);
    state_.profiles[0].life = lasting(read_clocks(), seconds(3600));
    state_.profiles[0].credentials = std::move(made);
    state_.profiles[0].attempted = true;
  }
  void run() {
    while (!ending_) {
      pollfd watched[2] = {{server_->poll_fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
      poll(watched, 2, -1);
      ++turns;
      if (watched[0].revents != 0) server_->turn();
      if (watched[1].revents == 0) continue;
      std::uint64_t count = 0;
      if (read(wake_.get(), &count, sizeof count) != sizeof count) std::abort();
      const std::lock_guard lock(mutex_);
      step_();
    }
  }

  Config config_;  // of the one profile mdh-lab
  State state_;
  FileDescriptor wake_;
  std::mutex mutex_;
  std::function<void()> step_;
  std::unique_ptr<EndpointServer> server_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace mdh
