// A server of a few lines on loopback, port 0, or at an AF_UNIX socket's path, that does to each
// connection what a test tells it: answers, lies, breaks off, says nothing. With TLS or without.
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "daemon/system/file_descriptor.h"
#include "daemon/system/local_address.h"

namespace mdh::test {

class Line {
 public:
  Line(int socket, SSL* tls) : socket_(socket), tls_(tls) {}

  // request() is one whole request, head and body by Content-Length; empty when there is none.
  std::string request() {
    std::string text;
    while (text.find("\r\n\r\n") == text.npos || text.size() < whole_size(text)) {
      char piece[4096];
      const long got = take(piece, sizeof piece);
      if (got <= 0) return text;
      text.append(piece, static_cast<std::size_t>(got));
    }
    return text;
  }
  void write(std::string_view text) {
    while (!text.empty()) {
      const long put = tls_ == nullptr
                           ? ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL)
                           : SSL_write(tls_, text.data(), static_cast<int>(text.size()));
      if (put <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  // hang() says nothing until the other side goes.
  void hang() {
    char piece[4096];
    while (::recv(socket_, piece, sizeof piece, 0) > 0) {
    }
  }
  // relay() joins this connection to another loopback port until either side goes.
  void relay(int port) {
    const FileDescriptor other(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    ::connect(other.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    std::thread back([&] { pump(other.get(), socket_); });
    pump(socket_, other.get());
    back.join();
  }

 private:
  static void pump(int from, int to) {
    char piece[4096];
    for (ssize_t got = 0; (got = ::recv(from, piece, sizeof piece, 0)) > 0;) {
      ::send(to, piece, static_cast<std::size_t>(got), MSG_NOSIGNAL);
    }
    ::shutdown(to, SHUT_RDWR);
  }

  long take(char* piece, std::size_t size) {
    return tls_ == nullptr ? ::recv(socket_, piece, size, 0)
                           : SSL_read(tls_, piece, static_cast<int>(size));
  }
  static std::size_t whole_size(const std::string& text) {
    const std::size_t body = text.find("\r\n\r\n") + 4;
    const std::size_t field = text.find("Content-Length: ");
    std::size_t size = 0;
    if (field < body) std::from_chars(text.data() + field + 16, text.data() + body, size);
    return body + size;
  }

  int socket_;
  SSL* tls_;
};

class LoopbackStub {
 public:
  using Script = std::function<void(Line&)>;

  explicit LoopbackStub(Script script, SSL_CTX* tls = nullptr)
      : script_(std::move(script)), tls_(tls), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    // OpenSSL writes to sockets that the other side has left.
    std::signal(SIGPIPE, SIG_IGN);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  LoopbackStub(Script script, const std::string& path)
      : script_(std::move(script)), tls_(nullptr), listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    const LocalAddress address(path);
    ::unlink(path.c_str());
    if (::bind(listener_.get(), address.get(), LocalAddress::size()) != 0 ||
        ::listen(listener_.get(), 64) != 0) {
      std::abort();
    }
    thread_ = std::thread([this] { accept_all(); });
  }
  ~LoopbackStub() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    for (auto& connection : connections_) ::shutdown(connection.socket.get(), SHUT_RDWR);
    for (auto& connection : connections_) connection.thread.join();
  }
  LoopbackStub(const LoopbackStub&) = delete;
  LoopbackStub& operator=(const LoopbackStub&) = delete;

  int port() const { return port_; }
  int accepted() const { return accepted_; }
  std::string url(const std::string& path = "/") const {
    return (tls_ == nullptr ? "http://127.0.0.1:" : "https://127.0.0.1:") + std::to_string(port_) +
           path;
  }

 private:
  struct Connection {
    FileDescriptor socket;
    std::thread thread;
  };

  void accept_all() {
    for (;;) {
      const int socket = ::accept(listener_.get(), nullptr, nullptr);
      if (socket < 0) return;
      ++accepted_;
      connections_.push_back({FileDescriptor(socket), {}});
      connections_.back().thread = std::thread([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    if (tls_ == nullptr) {
      Line line(socket, nullptr);
      script_(line);
    } else {
      SSL* session = SSL_new(tls_);
      SSL_set_fd(session, socket);
      Line line(socket, session);
      if (SSL_accept(session) == 1) {
        script_(line);
        SSL_shutdown(session);
      }
      SSL_free(session);
    }
    ::shutdown(socket, SHUT_RDWR);
  }

  Script script_;
  SSL_CTX* tls_;
  FileDescriptor listener_;
  int port_ = 0;
  std::atomic<int> accepted_{0};
  std::list<Connection> connections_;  // the accepting thread's until it has ended
  std::thread thread_;
};

// answering() reads the request and writes these bytes.
inline LoopbackStub::Script answering(std::string reply) {
  return [reply = std::move(reply)](Line& line) {
    line.request();
    line.write(reply);
  };
}

// json_reply() is a 200 with that body.
inline std::string json_reply(const std::string& body, const std::string& fields = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace mdh::test
