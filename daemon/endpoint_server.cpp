#include "daemon/endpoint_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include "common/config_rules.h"
#include "common/endpoint.h"
#include "common/guard.h"
#include "common/metrics.h"
#include "daemon/audit.h"
#include "daemon/entropy.h"
#include "daemon/http_codec.h"
#include "daemon/http_front.h"
#include "daemon/process_figures.h"

namespace mdh {
namespace {

std::optional<std::uint32_t> uid_of(const std::string& name) {
  if (name == "self") return geteuid();
  std::uint32_t uid = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), uid);
  if (read.ec == std::errc() && read.ptr == name.data() + name.size()) return uid;
  const passwd* entry = getpwnam(name.c_str());
  if (entry == nullptr) return std::nullopt;
  return entry->pw_uid;
}

GuardRules rules_of(const EndpointConfig& config) {
  GuardRules rules;
  rules.imds = config.imds;
  rules.imds_v1 = config.imds_v1;
  for (const std::string& user : config.allowed_users) {
    if (user == "any") {
      rules.any_user = true;
    } else if (const auto uid = uid_of(user)) {
      rules.users.push_back(*uid);
    }
  }
  for (const std::string& text : config.listen) {
    if (const auto address = parse_listen_address(text)) rules.hosts.push_back(address->host);
  }
  return rules;
}

// "http://127.0.0.1:6340": the first listener's, as the page's export lines should say it.
std::string base_url(const std::vector<FileDescriptor>& listeners) {
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  if (listeners.empty()) return {};
  getsockname(listeners.front().get(), reinterpret_cast<sockaddr*>(&at), &size);
  char host[INET6_ADDRSTRLEN] = "";
  if (at.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(at);
    inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
    return "http://[" + std::string(host) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(at);
  inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
  return "http://" + std::string(host) + ":" + std::to_string(ntohs(v4.sin_port));
}

std::uint64_t random_nonce() {
  const std::string bytes = random_bytes(sizeof(std::uint64_t));
  std::uint64_t nonce = 0;
  std::memcpy(&nonce, bytes.data(), sizeof nonce);
  return nonce;
}

}  // namespace

class EndpointServer::Rooms {
 public:
  Rooms(EndpointConfig config, std::vector<FileDescriptor> listeners, TokenRing tokens,
        EndpointHooks hooks)
      : config_(std::move(config)),
        rules_(rules_of(config_)),
        tokens_(std::move(tokens)),
        hooks_(std::move(hooks)),
        page_{base_url(listeners), config_.token_file},
        nonce_(random_nonce()),
        front_(std::move(listeners), static_cast<std::size_t>(config_.max_connections), desk()) {}

  HttpFront& front() { return front_; }

  void reconfigure(EndpointConfig config) {
    config_ = std::move(config);
    rules_ = rules_of(config_);
    page_.token_file = config_.token_file;
    front_.set_most_connections(static_cast<std::size_t>(config_.max_connections));
  }

  void set_tokens(TokenRing tokens) { tokens_ = std::move(tokens); }

 private:
  FrontDesk desk() {
    return {[this](const RequestHead& head, const Peer& peer, bool may_wait, std::string& out) {
              return answer(head, peer, may_wait, out);
            },
            [this](const HeadRefusal& refusal, std::string& out) { refuse(refusal, out); }};
  }

  FrontDesk::Outcome answer(const RequestHead& head, const Peer& peer, bool may_wait,
                            std::string& out) {
    const Now now = hooks_.now();
    const Target target = find_target(head.path, rules_.imds);
    if (const auto refusal = guard({head, target.route}, peer, rules_, {tokens_, now.wall})) {
      return deny(*refusal, head, target.route, peer, now, out);
    }
    const EndpointRequest request{head, target, peer.user.value_or(kNobodyKnown), may_wait};
    const EndpointFacts facts{hooks_.state(), config_, tokens_, page_, now, ++nonce_};
    Outcome outcome = endpoint_.answer(request, facts);
    if (const auto* park = std::get_if<Park>(&outcome)) return {.patience = park->wait};
    if (const auto* wish = std::get_if<RefreshWish>(&outcome)) outcome = grant(*wish);
    if (std::holds_alternative<MetricsWish>(outcome)) outcome = metrics(facts.state, now);
    return send(head, target.route, std::get<Reply>(outcome), out);
  }

  Reply grant(const RefreshWish& wish) {
    const bool known = find_profile(hooks_.state(), wish.profile) != nullptr;
    const RefreshAnswer answer = known ? hooks_.refresh(wish.profile) : RefreshAnswer{};
    return refresh_reply(wish.profile, answer, known);
  }

  Reply metrics(const State& state, Now now) {
    return {200, kPlainText, metrics_text(state, counters_, read_process_figures(), now)};
  }

  FrontDesk::Outcome deny(const Refusal& refusal, const RequestHead& head, Route route,
                          const Peer& peer, Now now, std::string& out) {
    ++counters_.denied[std::string(refusal.reason)];
    if (refusal.status == 403 || refusal.status == 401) {
      audit_.refused(refusal, route, peer, now.boot);
    }
    Reply reply = error_reply(refusal.status, refusal.code, refusal.message);
    if (!refusal.allow.empty()) reply.headers.push_back({"Allow", std::string(refusal.allow)});
    return send(head, route, reply, out);
  }

  // A credential document has a way of its own, without httplib: the same bytes for a tenth of the
  // work.
  FrontDesk::Outcome send(const RequestHead& head, Route route, const Reply& reply,
                          std::string& out) {
    count(route, reply.status);
    const bool rendered = !reply.lent.empty();
    if (rendered || !known_to_library(head.method)) {
      append_reply(reply, {head.close, head.method == "HEAD"}, out);
    } else {
      codec_.append(head, reply, head.close, out);
    }
    return {.close = head.close};
  }

  // httplib answers a method that it does not know by itself.
  static bool known_to_library(std::string_view method) {
    for (const std::string_view known : {"GET", "HEAD", "POST", "PUT"}) {
      if (method == known) return true;
    }
    return false;
  }

  void refuse(const HeadRefusal& refusal, std::string& out) {
    count(Route::unknown, refusal.status);
    append_reply(error_reply(refusal.status, refusal.code, refusal.message), {true, false}, out);
  }

  void count(Route route, int status) {
    const auto place = static_cast<std::size_t>(route) * 1000 + static_cast<std::size_t>(status);
    auto [known, first] = counts_.try_emplace(place, nullptr);
    if (first) known->second = &counters_.requests[{std::string(name(route)), status}];
    ++*known->second;
  }

  EndpointConfig config_;
  GuardRules rules_;
  TokenRing tokens_;
  EndpointHooks hooks_;
  PageContext page_;
  Endpoint endpoint_;
  HttpCodec codec_;
  Audit audit_;
  HttpCounters counters_;
  std::map<std::size_t, std::uint64_t*> counts_;  // into counters_, by route and status
  std::uint64_t nonce_;
  HttpFront front_;
};

EndpointServer::EndpointServer(EndpointConfig config, std::vector<FileDescriptor> listeners,
                               TokenRing tokens, EndpointHooks hooks)
    : rooms_(std::make_unique<Rooms>(std::move(config), std::move(listeners), std::move(tokens),
                                     std::move(hooks))) {}
EndpointServer::~EndpointServer() = default;

int EndpointServer::poll_fd() const {
  return rooms_->front().poll_fd();
}
void EndpointServer::turn() {
  rooms_->front().turn();
}
void EndpointServer::state_changed() {
  rooms_->front().wake_parked();
}
void EndpointServer::reconfigure(EndpointConfig config) {
  rooms_->reconfigure(std::move(config));
}
void EndpointServer::set_tokens(TokenRing tokens) {
  rooms_->set_tokens(std::move(tokens));
}
void EndpointServer::drain() {
  rooms_->front().drain();
}
bool EndpointServer::drained() const {
  return rooms_->front().drained();
}

}  // namespace mdh
