#include "daemon/endpoint/server.h"

#include "daemon/endpoint/acceptor.h"
#include "daemon/endpoint/answerer.h"
#include "daemon/endpoint/lent_ids.h"
#include "daemon/endpoint/places.h"
#include "daemon/endpoint/socket_address.h"
#include "daemon/system/log.h"

namespace mdh {
namespace {

constexpr std::size_t kMostOpen = 16384;

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
    configure(config, read_lent_ids());
  }

  Answerer& answerer() { return answerer_; }
  Acceptor& front() { return front_; }
  void configure(const Config& config, IdOwners owners);

 private:
  static std::size_t places(const EndpointConfig& config);

  Answerer answerer_;
  Acceptor front_;
};

void EndpointServer::ServerState::configure(const Config& config, IdOwners owners) {
  answerer_.configure(config, std::move(owners));
  front_.set_max_connections(places(config.endpoint), places_that_fit(kMostOpen));
}

std::size_t EndpointServer::ServerState::places(const EndpointConfig& config) {
  const auto wanted = static_cast<std::size_t>(config.max_connections);
  const std::size_t fitting = places_that_fit(wanted);
  if (fitting == wanted) return wanted;
  log_line(LogLevel::warn,
           "endpoint.max_connections " + std::to_string(wanted) +
               " does not fit the limit of open files: " + std::to_string(fitting) + " are taken",
           {{"MDH_STAGE", "endpoint"}});
  return fitting;
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

void EndpointServer::reconfigure(const Config& config, IdOwners owners) {
  state_->configure(config, std::move(owners));
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

std::vector<FileDescriptor> EndpointServer::listeners() const {
  return state_->front().listeners();
}

void EndpointServer::rest() {
  state_->front().rest();
}

void EndpointServer::drain() {
  state_->answerer().record().tell(true);
  state_->front().drain();
}

bool EndpointServer::drained() const {
  return state_->front().drained();
}

}  // namespace mdh
