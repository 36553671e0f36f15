// An ssh-agent of a few lines that does to each conversation what a test tells it: lists, signs,
// refuses, lies, breaks off, says nothing.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/upstream/public_key.h"
#include "common/upstream/signing_key.h"
#include "common/upstream/ssh_wire.h"
#include "daemon/system/file_descriptor.h"
#include "tests/support/keys.h"

namespace mdh::test {

class AgentTalk {
 public:
  explicit AgentTalk(int socket) : socket_(socket) {}

  // request() is the next message without its length; empty when the other side has gone.
  std::string request() {
    const auto size = SshReader(take(4)).uint32();
    return size ? take(*size) : std::string();
  }
  void write(std::string_view bytes) {
    (void)!::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  void reply(std::string_view message) {
    std::string framed;
    append_string(framed, message);
    write(framed);
  }
  // hang() says nothing until the other side goes.
  void hang() {
    char piece[4096];
    while (::recv(socket_, piece, sizeof piece, 0) > 0) {
    }
  }

 private:
  std::string take(std::size_t size) {
    std::string bytes(size, '\0');
    const ssize_t got = ::recv(socket_, bytes.data(), size, MSG_WAITALL);
    return got == static_cast<ssize_t>(size) ? bytes : std::string();
  }
  int socket_;
};

class StubAgent {
 public:
  using Script = std::function<void(AgentTalk&)>;

  StubAgent(const std::string& path, Script script)
      : script_(std::move(script)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ::unlink(path.c_str());
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 16) != 0) {
      std::abort();
    }
    thread_ = std::thread([this] { accept_all(); });
  }
  ~StubAgent() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    for (auto& talk : talks_) ::shutdown(talk.socket.get(), SHUT_RDWR);
    for (auto& talk : talks_) talk.thread.join();
  }
  StubAgent(const StubAgent&) = delete;
  StubAgent& operator=(const StubAgent&) = delete;

  int accepted() const { return accepted_; }

 private:
  struct Running {
    FileDescriptor socket;
    std::thread thread;
  };

  void accept_all() {
    for (;;) {
      const int socket = ::accept(listener_.get(), nullptr, nullptr);
      if (socket < 0) return;
      ++accepted_;
      talks_.push_back({FileDescriptor(socket), {}});
      talks_.back().thread = std::thread([this, socket] {
        AgentTalk talk(socket);
        script_(talk);
        ::shutdown(socket, SHUT_RDWR);
      });
    }
  }

  Script script_;
  FileDescriptor listener_;
  std::atomic<int> accepted_{0};
  std::list<Running> talks_;  // the accepting thread's until it has ended
  std::thread thread_;
};

inline PublicKey public_half(EVP_PKEY* key) {
  return SigningKey::from_pem(pkcs1(key), "key").value().public_key("key").value();
}

// identities_reply() offers these keys.
inline std::string identities_reply(const std::vector<PublicKey>& keys) {
  std::string reply(1, '\x0c');
  append_uint32(reply, static_cast<std::uint32_t>(keys.size()));
  for (const PublicKey& key : keys) {
    append_string(reply, key.ssh_blob());
    append_string(reply, "lab");
  }
  return reply;
}

// signature_reply() answers a sign request as OpenSSH's agent does.
inline std::string signature_reply(EVP_PKEY* key, std::string_view request) {
  SshReader reader(request.substr(1));
  reader.string();
  const auto bytes = reader.string();
  std::string inner;
  append_string(inner, "rsa-sha2-256");
  append_string(inner, SigningKey::from_pem(pkcs1(key), "key").value().sign(bytes.value()));
  std::string reply(1, '\x0e');
  append_string(reply, inner);
  return reply;
}

// holding() is an honest agent that holds one key.
inline StubAgent::Script holding(EVP_PKEY* key) {
  return [key](AgentTalk& talk) {
    for (std::string request; !(request = talk.request()).empty();) {
      const bool list = request.front() == 11;
      talk.reply(list ? identities_reply({public_half(key)}) : signature_reply(key, request));
    }
  };
}

}  // namespace mdh::test
