// Sockets that listen: adopted from systemd (LISTEN_FDS) or bound here. Those of TCP have
// SO_REUSEADDR only, IPV6_V6ONLY, TCP_NODELAY, IP_TTL 1 / hop limit 1, backlog 1024; all are
// CLOEXEC and non-blocking.
#pragma once

#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/result.h"
#include "daemon/endpoint/local_socket.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

struct Listeners {
  std::vector<FileDescriptor> sockets;  // of TCP
  LocalListener local;                  // the AF_UNIX one that was adopted, if any
  // "127.0.0.1:6340", in the order of sockets, ports as bound, IPv4 first; never empty.
  std::vector<std::string> addresses;
  std::vector<std::string> warnings;  // an address that could not be bound while another could
  bool bound = false;                 // here, not by a socket unit
  std::uint16_t port = 0;             // was looked for, and is not the usual one
  std::vector<std::string> faults;    // a configured address that another user listens on
};

// PassedSockets is what the process was given: by a socket unit, and by itself, before it became
// this program.
struct PassedSockets {
  std::vector<FileDescriptor> adopted{};
  std::vector<FileDescriptor> bound{};
};
// open_listeners() takes what a socket unit passed; without a socket of TCP there, config.listen is
// bound, with what was bound before. Where listen is not configured and its port is taken, the
// first free port above it on both addresses is taken, logged as a warning and remembered in
// `state_dir`/port. An Error (stage endpoint) when no address can be had, or a socket passed is
// anything else than a listener of this machine.
Result<Listeners> open_listeners(const EndpointConfig& config, PassedSockets passed,
                                 const std::string& state_dir);

}  // namespace mdh
