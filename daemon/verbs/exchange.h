// One HTTP exchange with a daemon, by libcurl: over its socket, whose other end is believed before
// a byte is sent, or by TCP of this machine. No proxy, no redirect, 3 s in all. One thread at a
// time.
#pragma once

#include <string>

#include "common/result.h"
#include "common/secret.h"
#include "daemon/verbs/daemon_socket.h"

namespace mdh {

struct ClientReply {
  int status = 0;
  Secret body;
};

struct Request {
  std::string path;
  bool post = false;
  const Secret* token = nullptr;
};

// Each is the reply, whatever its status, or an Error (class unreachable, stage endpoint, no hint).
// A socket where many wait is tried for a second.
Result<ClientReply> exchange_over(const SocketPlace& place, const Request& request);
Result<ClientReply> exchange_by_tcp(const std::string& url, const Request& request);

}  // namespace mdh
