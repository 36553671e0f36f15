// Who may have what: one pure function over request, caller and rules, its checks in CONTRACT
// section 4's order. Everything that gives credentials passes here first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/request_head.h"
#include "common/route.h"
#include "common/token_ring.h"

namespace mdh {

// Who is calling, as far as the kernel says.
struct Caller {
  std::optional<std::uint32_t> user;  // nothing: the kernel could not say
  std::uint16_t port = 0;             // the listener's port that took the request
};

struct GuardRules {
  std::vector<std::string> hosts;    // listen addresses beside the loopback names, without brackets
  std::vector<std::uint32_t> users;  // may have credentials
  bool anyone = false;               // allowed_users ["any"]
  bool imds_v1 = false;              // IMDS without a session token
};

struct Refusal {
  int status = 403;
  std::string_view code;
  std::string_view message;
  std::string_view reason;  // for the audit line and the metric: one word
};

// One request before the guard; lent for the call.
struct Petition {
  const RequestHead& head;
  Route route;
  const Caller& caller;
  WallTime now{};
};

// guard() is nothing when the request may be answered: method (405), Host (403), forwarded or
// cross-origin headers, the caller's uid (403), then the route's token (401).
std::optional<Refusal> guard(const Petition& petition, const GuardRules& rules,
                             const TokenRing& tokens);

}  // namespace mdh
