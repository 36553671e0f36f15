#include "daemon/endpoint/server.h"

#include <sys/resource.h>
#include <unistd.h>

#include "daemon/endpoint/acceptor.h"
#include "daemon/endpoint/answerer.h"
#include "daemon/endpoint/socket_address.h"
#include "daemon/system/log.h"

namespace mdh {
namespace {

std::vector<std::string> urls_of(const std::vector<FileDescriptor>& listeners) {
  std::vector<std::string> urls;
  for (const FileDescriptor& listener : listeners) {
    const std::string address = address_text(own_address(listener.get()));
    if (!address.empty()) urls.push_back("http://" + address);
  }
  return urls;
}

}  // namespace

class EndpointServer::ServerState {
 public:
  ServerState(const Config& config, std::vector<FileDescriptor> listeners, TokenRing tokens,
              EndpointHooks hooks)
      : answerer_(urls_of(listeners), std::move(tokens), std::move(hooks)),
        front_(std::move(listeners), static_cast<std::size_t>(config.endpoint.max_connections),
               answerer_.responder()) {
    configure(config);
  }

  Answerer& answerer() { return answerer_; }
  Acceptor& front() { return front_; }
  void configure(const Config& config);

 private:
  Answerer answerer_;
  Acceptor front_;
};

void EndpointServer::ServerState::configure(const Config& config) {
  answerer_.configure(config);
  const int most = config.endpoint.max_connections;
  front_.set_max_connections(static_cast<std::size_t>(most));
  rlimit limit{};
  const auto wanted = static_cast<rlim_t>(most) + 64;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
    log_line(LogLevel::warn,
             "endpoint.max_connections " + std::to_string(most) + " does not fit the limit of " +
                 std::to_string(limit.rlim_cur) + " open files",
             {{"MDH_STAGE", "endpoint"}});
  }
}

EndpointServer::EndpointServer(const Config& config, std::vector<FileDescriptor> listeners,
                               TokenRing tokens, EndpointHooks hooks)
    : state_(std::make_unique<ServerState>(config, std::move(listeners), std::move(tokens),
                                           std::move(hooks))) {}

EndpointServer::~EndpointServer() = default;

int EndpointServer::poll_fd() const {
  return state_->front().poll_fd();
}

void EndpointServer::turn() {
  state_->front().turn();
}

void EndpointServer::state_changed() {
  state_->answerer().forget_lists();
  state_->front().ask_again();
}

void EndpointServer::reconfigure(const Config& config) {
  state_->configure(config);
}

void EndpointServer::take_names(NamesPtr names) {
  state_->answerer().take_names(std::move(names));
  state_changed();
}

void EndpointServer::set_tokens(TokenRing tokens) {
  state_->answerer().set_tokens(std::move(tokens));
}

std::vector<HandOut> EndpointServer::record() const {
  return state_->answerer().record().table().rows();
}

void EndpointServer::restore_record(const std::vector<HandOut>& rows) {
  state_->answerer().restore_record(rows);
}

void EndpointServer::replace_local(FileDescriptor listener) {
  state_->front().replace_local(std::move(listener));
}

void EndpointServer::drain() {
  state_->answerer().record().tell(true);
  state_->front().drain();
}

bool EndpointServer::drained() const {
  return state_->front().drained();
}

}  // namespace mdh
