#include "daemon/endpoint/server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <map>

#include "common/endpoint/answer.h"
#include "common/report/metrics.h"
#include "daemon/endpoint/acceptor.h"
#include "daemon/endpoint/audit.h"
#include "daemon/endpoint/guard_rules.h"
#include "daemon/endpoint/process_figures.h"
#include "daemon/endpoint/socket_address.h"
#include "daemon/system/entropy.h"
#include "daemon/system/log.h"

namespace mdh {
namespace {

std::uint64_t random_number() {
  std::uint64_t number = 0;
  const std::string bytes = random_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

std::vector<std::string> urls_of(const std::vector<FileDescriptor>& listeners) {
  std::vector<std::string> urls;
  for (const FileDescriptor& listener : listeners) {
    const std::string address = address_text(own_address(listener.get()));
    if (!address.empty()) urls.push_back("http://" + address);
  }
  return urls;
}

bool is_owner(const Peer& peer) {
  return peer.by_socket && peer.user && (*peer.user == 0 || *peer.user == geteuid());
}

Reply refusal_reply(const Refusal& refusal) {
  Reply reply = error_reply(refusal.status, refusal.code, refusal.message);
  if (!refusal.allow.empty()) reply.headers.push_back({"Allow", std::string(refusal.allow)});
  return reply;
}

}  // namespace

class EndpointServer::ServerState {
 public:
  ServerState(EndpointConfig config, std::vector<FileDescriptor> listeners, TokenRing tokens,
              EndpointHooks hooks)
      : tokens_(std::move(tokens)),
        hooks_(std::move(hooks)),
        nonce_(random_number()),
        daemon_{urls_of(listeners), {}, getpid(), {}},
        page_{daemon_.urls.empty() ? "" : daemon_.urls.front(), {}},
        front_(std::move(listeners), static_cast<std::size_t>(config.max_connections),
               responder()) {
    configure(std::move(config));
  }

  Acceptor& front() { return front_; }
  void set_tokens(TokenRing tokens) { tokens_ = std::move(tokens); }
  void configure(EndpointConfig config);

 private:
  Responder responder();
  AnswerStep serve(const ArrivedRequest& request, std::string& out);
  void refuse(const HeadRefusal& refusal, std::string& out);
  void deny(const Refusal& refusal, Route route, const Peer& peer, BootTime now);
  Reply refresh(const RefreshWish& wish) const;
  Reply metrics(Now now);
  void count(Route route, int status);

  EndpointConfig config_;
  TokenRing tokens_;
  EndpointHooks hooks_;
  std::uint64_t nonce_;
  DaemonFacts daemon_;
  PageContext page_;
  GuardRules rules_;
  Endpoint endpoint_;
  Audit audit_;
  std::array<std::map<int, std::uint64_t>, kRouteCount> counts_;
  std::map<std::string, std::uint64_t, std::less<>> denied_;
  Acceptor front_;
};

void EndpointServer::ServerState::configure(EndpointConfig config) {
  config_ = std::move(config);
  ResolvedRules resolved = resolve_rules(config_);
  rules_ = std::move(resolved.rules);
  for (const std::string& user : resolved.unknown_users) {
    log_line(LogLevel::warn, "no user is called " + user + " (endpoint.allowed_users); ignored",
             {{"MDH_STAGE", "endpoint"}});
  }
  page_.token_file = config_.token_file;
  daemon_.token_file = config_.token_file;
  if (hooks_.origin) daemon_.config = hooks_.origin();
  front_.set_max_connections(static_cast<std::size_t>(config_.max_connections));
  rlimit limit{};
  const auto wanted = static_cast<rlim_t>(config_.max_connections) + 64;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
    log_line(LogLevel::warn,
             "endpoint.max_connections " + std::to_string(config_.max_connections) +
                 " does not fit the limit of " + std::to_string(limit.rlim_cur) + " open files",
             {{"MDH_STAGE", "endpoint"}});
  }
}

Responder EndpointServer::ServerState::responder() {
  return {.serve = [this](const ArrivedRequest& request,
                          std::string& out) { return serve(request, out); },
          .refuse = [this](const HeadRefusal& refusal, std::string& out) { refuse(refusal, out); }};
}

AnswerStep EndpointServer::ServerState::serve(const ArrivedRequest& request, std::string& out) {
  const Now now = hooks_.now();
  const Framing framing{request.close, request.head.method == "HEAD"};
  const Target target = find_target(request.head.path, rules_.imds);
  if (const auto refusal =
          guard({request.head, target.route}, request.peer, rules_, {tokens_, now.wall})) {
    deny(*refusal, target.route, request.peer, now.boot);
    append_reply(refusal_reply(*refusal), framing, out);
    return AnswerStep::answered;
  }
  Outcome outcome =
      endpoint_.answer({request.head, target, request.peer.user.value_or(kNobodyKnown),
                        request.may_wait, is_owner(request.peer)},
                       {hooks_.state(), config_, tokens_, page_, daemon_, now, ++nonce_});
  if (const auto* park = std::get_if<Park>(&outcome))
    return park->briefly ? AnswerStep::park_briefly : AnswerStep::park;
  if (const auto* wish = std::get_if<RefreshWish>(&outcome)) outcome = refresh(*wish);
  if (std::holds_alternative<MetricsWish>(outcome)) outcome = metrics(now);
  const Reply& reply = std::get<Reply>(outcome);
  count(target.route, reply.status);
  append_reply(reply, framing, out);
  return AnswerStep::answered;
}

void EndpointServer::ServerState::refuse(const HeadRefusal& refusal, std::string& out) {
  count(Route::unknown, refusal.status);
  Reply reply = error_reply(refusal.status, refusal.code, refusal.message);
  if (refusal.status == 503) reply.headers.push_back({"Retry-After", "1"});
  append_reply(reply, {true, false}, out);
}

void EndpointServer::ServerState::deny(const Refusal& refusal, Route route, const Peer& peer,
                                       BootTime now) {
  count(route, refusal.status);
  const auto counter = denied_.find(refusal.reason);
  if (counter != denied_.end()) {
    ++counter->second;
  } else {
    denied_.emplace(refusal.reason, 1);
  }
  if (const auto line = audit_.refused(refusal, route, peer, now))
    log_line(LogLevel::warn, line->message, line->fields);
}

Reply EndpointServer::ServerState::refresh(const RefreshWish& wish) const {
  if (find_profile(hooks_.state(), wish.profile) == nullptr)
    return refresh_reply(wish.profile, {}, false);
  return refresh_reply(wish.profile, hooks_.refresh(wish.profile), true);
}

Reply EndpointServer::ServerState::metrics(Now now) {
  HttpCounters counters;
  for (std::size_t route = 0; route < kRouteCount; ++route) {
    for (const auto& [status, number] : counts_[route])
      counters.requests[{std::string(name(static_cast<Route>(route))), status}] = number;
  }
  counters.denied.insert(denied_.begin(), denied_.end());
  return text_reply(200, metrics_text(hooks_.state(), counters, read_process_figures(), now));
}

void EndpointServer::ServerState::count(Route route, int status) {
  ++counts_[static_cast<std::size_t>(route)][status];
}

EndpointServer::EndpointServer(EndpointConfig config, std::vector<FileDescriptor> listeners,
                               TokenRing tokens, EndpointHooks hooks)
    : state_(std::make_unique<ServerState>(std::move(config), std::move(listeners),
                                           std::move(tokens), std::move(hooks))) {}

EndpointServer::~EndpointServer() = default;

int EndpointServer::poll_fd() const {
  return state_->front().poll_fd();
}

void EndpointServer::turn() {
  state_->front().turn();
}

void EndpointServer::state_changed() {
  state_->front().ask_again();
}

void EndpointServer::reconfigure(EndpointConfig config) {
  state_->configure(std::move(config));
}

void EndpointServer::set_tokens(TokenRing tokens) {
  state_->set_tokens(std::move(tokens));
}

void EndpointServer::replace_local(FileDescriptor listener) {
  state_->front().replace_local(std::move(listener));
}

void EndpointServer::drain() {
  state_->front().drain();
}

bool EndpointServer::drained() const {
  return state_->front().drained();
}

}  // namespace mdh
