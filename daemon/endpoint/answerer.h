// Answers one request after another: who asks, whether they may, what they get; counts, and notes
// who was given credentials. Sockets are the acceptor's. The loop's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "common/config/config.h"
#include "common/endpoint/answer.h"
#include "common/endpoint/id_owners.h"
#include "common/refresh/policy.h"
#include "common/report/self_report.h"
#include "common/result.h"
#include "daemon/endpoint/audit.h"
#include "daemon/endpoint/caller_names.h"
#include "daemon/endpoint/name_service.h"
#include "daemon/endpoint/record.h"
#include "daemon/endpoint/request_counts.h"
#include "daemon/endpoint/responder.h"

namespace mdh {

struct EndpointHooks {
  std::function<const State&()> state;
  std::function<Now()> now;  // read once a request
  std::function<RefreshAnswer(const std::string& profile)> refresh;
  std::function<void(std::uint32_t user)> who_is;  // has the name service asked; take_names() tells
  // The file of the user's own token, made with the seal where it is missing.
  std::function<Result<std::string>(std::uint32_t user, const Secret& seal)> own_token{};
  std::function<milliseconds()> longest_turn{};            // of the loop; unset: not measured
  std::function<void(std::string_view profile)> missed{};  // found no set; unset: nobody is told
  std::function<SelfReport()> self_report{};  // begins to examine the keys where that is due
};

class Answerer {
 public:
  // `urls` are what the daemon publishes, the first on its page; configure() comes before the first
  // request.
  Answerer(std::vector<std::string> urls, TokenRing tokens, EndpointHooks hooks);
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;

  // responder() is what a conversation calls; it borrows this.
  Responder responder();
  void configure(const Config& config, IdOwners owners);
  void set_tokens(TokenRing tokens) {
    tokens_ = std::move(tokens);
    sessions_.forget();
  }
  void take_names(NamesPtr names);
  // forget_lists() has status, page and metrics made anew: the state changed.
  void forget_lists() { endpoint_.forget_lists(); }
  Record& record() { return record_; }
  // restore_record() takes rows over, and asks who their users are.
  void restore_record(const std::vector<HandOut>& rows);

 private:
  CallerKey caller(const Peer& peer);
  AnswerStep serve(const ArrivedRequest& request, std::string& out);
  void refuse(const HeadRefusal& refusal, std::string& out);
  void deny(const Refusal& refusal, Route route, const Peer& peer, BootTime now);
  void note(const Reply& reply, Route route, const Peer& peer, WallTime now);
  Outcome granted(Outcome wish, const Peer& peer);
  Reply refresh(const RefreshWish& wish) const;
  Reply own_token(const Peer& peer) const;
  Reply self_report() const;
  MetricsFigures figures() const;

  EndpointConfig config_;
  TokenRing tokens_;
  KnownSessions sessions_;
  IdOwners owners_;
  EndpointHooks hooks_;
  CallerNames callers_;
  std::uint64_t nonce_;
  DaemonFacts daemon_;
  PageContext page_;
  std::function<MetricsFigures()> figures_ = [this] { return figures(); };
  Endpoint endpoint_;
  Audit audit_;
  Record record_{[this](std::uint32_t user) { return callers_.name_of(user); }};
  RequestCounts counts_;
};

}  // namespace mdh
