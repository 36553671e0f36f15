// What the endpoint answers to a request that the guard let in: (request, state, now) to a reply, a
// wait, or a wish that the daemon grants. Nothing in it waits. Keeps the credential documents
// rendered, which it makes anew when a set changes; the loop's thread only.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "common/config/config.h"
#include "common/endpoint/documents.h"
#include "common/endpoint/request_head.h"
#include "common/endpoint/route.h"
#include "common/endpoint/session_token.h"
#include "common/refresh/policy.h"
#include "common/report/page.h"
#include "common/report/status.h"
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
struct MetricsWish {};
using Outcome = std::variant<Reply, Park, RefreshWish, MetricsWish>;

struct EndpointRequest {
  const RequestHead& head;
  Target target;
  std::uint32_t user = kNobodyKnown;
  bool may_wait = false;
  bool by_owner = false;  // over the socket, of the daemon's own user or root
};

// What an answer is made from, borrowed for one call.
struct EndpointFacts {
  const State& state;
  const EndpointConfig& config;
  const TokenRing& tokens;
  const PageContext& page;
  const DaemonFacts& daemon;
  Now now{};
  std::uint64_t nonce = 0;  // another one for every request
};

class Endpoint {
 public:
  // answer() may lend (Reply::lent) a document that lives until the next answer().
  Outcome answer(const EndpointRequest& request, const EndpointFacts& facts);

 private:
  struct Rendered {
    CredentialsPtr of;
    Secret container;
    Secret imds;
  };
  Outcome credentials(const EndpointRequest& request, const EndpointFacts& facts);
  const Rendered& rendered(std::size_t profile, const CredentialsPtr& credentials);

  std::vector<Rendered> rendered_;  // by the profile's place in State
};

// refresh_reply() tells what became of a RefreshWish: 202, 429 with the wait, 400 for a stranger.
Reply refresh_reply(const std::string& profile, const RefreshAnswer& answer, bool known);

}  // namespace mdh
