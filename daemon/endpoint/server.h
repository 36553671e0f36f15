// The endpoint that SDKs ask on loopback: acceptor and guard, route and answer, joined. Lives on
// the loop's thread; nothing in it blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/endpoint/hand_outs.h"
#include "common/endpoint/token_ring.h"
#include "common/refresh/policy.h"
#include "common/result.h"
#include "common/state/state.h"
#include "daemon/endpoint/answerer.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

class EndpointServer {
 public:
  // Takes sockets that already listen (daemon/listeners). `config.endpoint.token_file` is resolved;
  // `tokens` as read from the state folder.
  EndpointServer(const Config& config, std::vector<FileDescriptor> listeners, TokenRing tokens,
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
  // reconfigure(), set_tokens() and take_names() take effect with the next request; listeners stay.
  // `owners` is read_lent_ids()'s.
  void reconfigure(const Config& config, IdOwners owners);
  void set_tokens(TokenRing tokens);
  // replace_local() takes a new AF_UNIX socket instead of the one whose file is gone.
  void replace_local(FileDescriptor listener);
  void take_names(NamesPtr names);
  // record() is who was given what; restore_record() takes over what the process before noted.
  std::vector<HandOut> record() const;
  void restore_record(const std::vector<HandOut>& rows);
  // listeners() are second descriptors of what it listens at. rest() accepts no more and answers
  // whom it has accepted.
  std::vector<FileDescriptor> listeners() const;
  void rest();
  // drain() accepts no more and closes idle connections; drained() once answers in flight are out.
  void drain();
  bool drained() const;

 private:
  class ServerState;
  std::unique_ptr<ServerState> state_;
};

}  // namespace mdh
