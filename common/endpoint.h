// The endpoint's answers: request and state in, reply out. Reads nothing else, waits for nothing;
// what it would have to wait for it says. Credentials are rendered once a set, not once a request.
#pragma once

#include <string>
#include <vector>

#include "common/config.h"
#include "common/guard.h"
#include "common/metrics.h"
#include "common/reply.h"
#include "common/state.h"
#include "common/status_page.h"

namespace mdh {

// Each profile's documents, rendered when its set changes; in the order of State::profiles.
class RenderedSets {
 public:
  // update() renders what is new and drops what is gone; the rest stays.
  void update(const State& state);
  std::string_view container(std::size_t profile) const;
  std::string_view imds(std::size_t profile) const;

 private:
  struct Rendered {
    CredentialsPtr from;
    Secret container;
    Secret imds;
  };
  std::vector<Rendered> sets_;
};

// What answers are made from; lent for the call.
struct EndpointView {
  const EndpointConfig& config;
  const State& state;
  const RenderedSets& rendered;
  const TokenRing& tokens;
  Now now{};
  std::uint64_t nonce = 0;  // for a session token: fresh randomness
};

// An answer, or one of the two things that the caller must see to instead.
struct Answer {
  Reply reply;
  milliseconds patience{0};     // more than 0: park the request until a set comes, this long at
                                // most, then the reply counts
  std::string refresh_profile;  // POST /refresh: whose; the reply is refresh_reply()'s then
};

// answer() is for a request that guard() let pass: every route but /metrics and GET /.
Answer answer(const EndpointView& view, const RequestHead& head, const Target& target,
              const Caller& caller);
// refused() is the reply to a refusal of the guard, with Allow where it is the method.
Reply refused(const Refusal& refusal, Route route);
// refresh_reply() is 202, or 429 with the rest of the wait.
Reply refresh_reply(const RefreshAnswer& answer);

}  // namespace mdh
