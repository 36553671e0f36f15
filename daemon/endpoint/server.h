// The endpoint that SDKs ask on loopback: acceptor and guard, route and answer, joined. Lives on
// the loop's thread; nothing in it blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/endpoint/token_ring.h"
#include "common/refresh/policy.h"
#include "common/result.h"
#include "common/state/state.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

struct EndpointHooks {
  std::function<const State&()> state;
  std::function<Now()> now;  // read once a request
  std::function<RefreshAnswer(const std::string& profile)> refresh;
  std::function<std::string()> origin{};  // where the configuration comes from
};

class EndpointServer {
 public:
  // Takes sockets that already listen (daemon/listeners). `config.token_file` is resolved; `tokens`
  // as read from the state folder.
  EndpointServer(EndpointConfig config, std::vector<FileDescriptor> listeners, TokenRing tokens,
                 EndpointHooks hooks);
  ~EndpointServer();
  EndpointServer(const EndpointServer&) = delete;
  EndpointServer& operator=(const EndpointServer&) = delete;

  // poll_fd() is one epoll fd to watch for input; turn() does what is due and returns. Deadlines
  // are inside.
  int poll_fd() const;
  void turn();
  // state_changed() answers requests that wait for a first set; call after every change of State.
  void state_changed();
  // reconfigure() and set_tokens() take effect with the next request; listeners stay.
  void reconfigure(EndpointConfig config);
  void set_tokens(TokenRing tokens);
  // replace_local() takes a new AF_UNIX socket instead of the one whose file is gone.
  void replace_local(FileDescriptor listener);
  // drain() accepts no more and closes idle connections; drained() once answers in flight are out.
  void drain();
  bool drained() const;

 private:
  class ServerState;
  std::unique_ptr<ServerState> state_;
};

}  // namespace mdh
