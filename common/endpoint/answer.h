// What the endpoint answers to a request that the guard let in: (request, state, now) to a reply, a
// wait, or a wish that the daemon grants. Nothing in it waits. Keeps the credential documents
// rendered, which it makes anew when a set changes; the loop's thread only.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "common/config/config.h"
#include "common/endpoint/documents.h"
#include "common/endpoint/guard.h"
#include "common/endpoint/lists.h"
#include "common/endpoint/request_head.h"
#include "common/endpoint/route.h"
#include "common/endpoint/session_token.h"
#include "common/refresh/policy.h"
#include "common/state/state.h"

namespace mdh {

// The 503 of a profile whose very first attempt still runs is put off for so long: less than an
// SDK waits (Go's IMDS client gives up after 500 ms, Java's container client after 1 s).
inline constexpr milliseconds kContainerWait{800};
inline constexpr milliseconds kImdsWait{400};

// Park: ask again when the state has changed, or after kContainerWait (kImdsWait where `briefly`)
// with may_wait false.
struct Park {
  bool briefly = false;
};
struct RefreshWish {
  std::string profile;
};
struct TokenWish {};  // the caller's own token
struct UsersWish {};  // the record of hand-outs
struct CheckWish {};  // what the daemon knows of itself
using Outcome = std::variant<Reply, Park, RefreshWish, TokenWish, UsersWish, CheckWish>;

struct EndpointRequest {
  const RequestHead& head;
  const Target& target;
  const Peer& peer;
  bool may_wait = false;
};

// What an answer is made from, borrowed for one call.
struct EndpointFacts {
  const State& state;
  const EndpointConfig& config;
  const AccessRules& access;
  const TokenRing& tokens;
  const PageContext& page;
  const DaemonFacts& daemon;
  const std::function<MetricsFigures()>& figures;  // asked where metrics are made
  Now now{};
  std::uint64_t nonce = 0;  // another one for every request
};

class Endpoint {
 public:
  // answer() may lend (Reply::lent) a document that lives until the next answer().
  Outcome answer(const EndpointRequest& request, const EndpointFacts& facts);
  // forget_lists() has the lists made anew: the state or the rules changed.
  void forget_lists() { lists_.forget(); }

 private:
  struct Rendered {
    CredentialsPtr of;
    Secret container;
    Secret imds;
  };
  Outcome credentials(const EndpointRequest& request, const EndpointFacts& facts);
  const Rendered& rendered(std::size_t profile, const CredentialsPtr& credentials);

  std::vector<Rendered> rendered_;  // by the profile's place in State
  Lists lists_;
};

// refresh_reply() tells what became of a RefreshWish: 202, 429 with the wait, 400 for a stranger.
Reply refresh_reply(const std::string& profile, const RefreshAnswer& answer, bool known);

}  // namespace mdh
