// A conversation with an ssh-agent over its AF_UNIX socket. Believed only when the process at its
// other end is the daemon's user's or root's; never waits past the deadline, never reads more than
// an honest agent sends. Move-only; one thread at a time.
#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "daemon/keys/deadline.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

class AgentConnection {
 public:
  // open() connects; an Error (class config, stage key) names the socket and what to do.
  static Result<AgentConnection> open(const std::string& path, const Deadline& deadline);

  // ask() sends a request and returns the reply without its length. After an Error the conversation
  // is over.
  Result<std::string> ask(std::string_view request, const Deadline& deadline);
  const std::string& path() const { return path_; }

 private:
  AgentConnection(FileDescriptor socket, std::string path)
      : socket_(std::move(socket)), path_(std::move(path)) {}
  Done send(std::string_view bytes, const Deadline& deadline);
  Result<std::string> receive(std::size_t size, const Deadline& deadline);

  FileDescriptor socket_;
  std::string path_;
};

}  // namespace mdh
