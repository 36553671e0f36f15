#include "daemon/endpoint/answerer.h"

#include <unistd.h>

#include <cstring>

#include "daemon/endpoint/process_figures.h"
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

// The name service has not told yet whether the caller is one of the allowed users.
constexpr Refusal kNamesPending{503, "NotReady", "the name service is being asked who you are",
                                "names_pending"};

Reply refusal_reply(const Refusal& refusal) {
  Reply reply = error_reply(refusal.status, refusal.code, refusal.message);
  if (refusal.status == 503) reply.headers.push_back({"Retry-After", "1"});
  if (!refusal.allow.empty()) reply.headers.push_back({"Allow", std::string(refusal.allow)});
  return reply;
}

}  // namespace

Answerer::Answerer(std::vector<std::string> urls, TokenRing tokens, EndpointHooks hooks)
    : tokens_(std::move(tokens)),
      hooks_(std::move(hooks)),
      callers_(hooks_.who_is),
      nonce_(random_number()),
      daemon_{std::move(urls), {}, getpid(), {}, {}},
      page_{daemon_.urls.empty() ? "" : daemon_.urls.front(), {}} {}

void Answerer::configure(const Config& config, IdOwners owners) {
  owners_ = std::move(owners);
  config_ = config.endpoint;
  callers_.configure(config);
  endpoint_.forget_lists();
  page_.token_file = config_.token_file;
  daemon_.token_file = config_.token_file;
  daemon_.config = config.origin;
  daemon_.imds_profile = config_.imds ? config_.imds_profile : "";
  page_.imds = config_.imds;
}

void Answerer::restore_record(const std::vector<HandOut>& rows) {
  record_.table().restore(rows);
  for (const HandOut& row : rows) hooks_.who_is(row.user);
}

void Answerer::take_names(NamesPtr names) {
  callers_.take_names(std::move(names));
  record_.tell();
}

Responder Answerer::responder() {
  return {.serve = [this](const ArrivedRequest& request,
                          std::string& out) { return serve(request, out); },
          .refuse = [this](const HeadRefusal& refusal, std::string& out) { refuse(refusal, out); },
          .caller = [this](const Peer& peer) { return caller(peer); }};
}

CallerKey Answerer::caller(const Peer& peer) {
  const Peer known = callers_.known(peer);
  return {owners_.owner_of(peer.user.value_or(kNobodyKnown)),
          first_profile(callers_.rules().access, known.requester()) != nullptr};
}

AnswerStep Answerer::serve(const ArrivedRequest& request, std::string& out) {
  const Now now = hooks_.now();
  const Framing framing{request.close, request.head.method == "HEAD"};
  const GuardRules& rules = callers_.rules();
  const GuardKeys keys{tokens_, now.wall, &sessions_};
  Target target = find_target(request.head.path, rules.imds);
  if (is_local(target.route) && !request.peer.by_socket) target = {};
  target = meant(std::move(target), request.head, rules.access);
  const Peer peer = callers_.known(identify(request.peer, request.head, keys));
  if (const auto refusal = guard({request.head, target}, peer, rules, keys)) {
    const bool may_change = refusal->reason == kUserReason && callers_.pending(peer);
    if (may_change && request.may_wait) return AnswerStep::park_briefly;
    deny(may_change ? kNamesPending : *refusal, target.route, peer, now.boot);
    append_reply(refusal_reply(may_change ? kNamesPending : *refusal), framing, out);
    return AnswerStep::answered;
  }
  // A list made now would leave out what the name service may be about to allow.
  if (request.may_wait && is_list(target.route) && callers_.pending(peer) &&
      !admits(rules.access.overseers, peer.requester())) {
    return AnswerStep::park_briefly;
  }
  Outcome outcome = endpoint_.answer(
      {request.head, target, peer, request.may_wait},
      {hooks_.state(), config_, rules.access, tokens_, page_, daemon_, figures_, now, ++nonce_});
  if (const auto* park = std::get_if<Park>(&outcome))
    return park->briefly ? AnswerStep::park_briefly : AnswerStep::park;
  outcome = granted(std::move(outcome), peer);
  const Reply& reply = std::get<Reply>(outcome);
  counts_.answered(target.route, reply.status);
  if (!reply.lacks.empty() && hooks_.missed) hooks_.missed(reply.lacks);
  if (request.head.method != "HEAD") note(reply, target.route, peer, now.wall);
  append_reply(reply, framing, out);
  return AnswerStep::answered;
}

void Answerer::refuse(const HeadRefusal& refusal, std::string& out) {
  counts_.answered(Route::unknown, refusal.status);
  Reply reply = error_reply(refusal.status, refusal.code, refusal.message);
  if (refusal.status == 503) reply.headers.push_back({"Retry-After", "1"});
  append_reply(reply, {true, false}, out);
}

void Answerer::deny(const Refusal& refusal, Route route, const Peer& peer, BootTime now) {
  counts_.answered(route, refusal.status);
  counts_.denied(refusal.reason);
  if (const auto line = audit_.refused(refusal, route, peer, now))
    log_line(LogLevel::warn, line->message, line->fields);
}

Reply Answerer::refresh(const RefreshWish& wish) const {
  if (find_profile(hooks_.state(), wish.profile) == nullptr)
    return refresh_reply(wish.profile, {}, false);
  return refresh_reply(wish.profile, hooks_.refresh(wish.profile), true);
}

Outcome Answerer::granted(Outcome wish, const Peer& peer) {
  if (const auto* one = std::get_if<RefreshWish>(&wish)) return refresh(*one);
  if (std::holds_alternative<TokenWish>(wish)) return own_token(peer);
  if (std::holds_alternative<UsersWish>(wish)) return Reply{200, kJson, record_.users_json()};
  if (std::holds_alternative<CheckWish>(wish)) return self_report();
  return wish;
}

Reply Answerer::self_report() const {
  StatusScope scope;
  scope.reader = StatusReader::owner;
  scope.daemon = &daemon_;
  const std::string status = status_json(hooks_.state(), hooks_.now(), scope);
  return {200, kJson, check_document(status, hooks_.self_report())};
}

Reply Answerer::own_token(const Peer& peer) const {
  // The daemon's own user can read the daemon's own file.
  if (peer.user == geteuid()) return {200, kJson, token_document(config_.token_file)};
  const auto file = hooks_.own_token(*peer.user, tokens_.seal);
  if (file) return {200, kJson, token_document(*file)};
  return error_reply(500, "LocalFailure", file.error().message);
}

void Answerer::note(const Reply& reply, Route route, const Peer& peer, WallTime now) {
  if (reply.gives.empty()) return;
  const std::string form = peer.by_socket ? "socket" : is_imds(route) ? "imds" : "container";
  const std::uint32_t user = peer.user.value_or(kNobodyKnown);
  const HandOut given{user, std::string(reply.gives), form, 1, now, now};
  if (record_.gave(given, route)) hooks_.who_is(user);
}

MetricsFigures Answerer::figures() const {
  HttpCounters counters = counts_.counters();
  const auto& served = record_.table().totals();
  counters.served.insert(served.begin(), served.end());
  ProcessFigures process = read_process_figures();
  if (hooks_.longest_turn) process.longest_turn = hooks_.longest_turn();
  return {std::move(counters), process};
}

}  // namespace mdh
