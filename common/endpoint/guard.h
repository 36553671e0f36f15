// Who may ask for what: one pure, ordered function over (request, peer, rules). The order is the
// contract's: method, Host, signs of a browser or a proxy, the peer's user, the token. Whether the
// route and the profile exist is asked after it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/endpoint/access.h"
#include "common/endpoint/request_head.h"
#include "common/endpoint/route.h"
#include "common/endpoint/session_token.h"
#include "common/endpoint/token_ring.h"

namespace mdh {

// GuardRules is the configuration with its names resolved.
struct GuardRules {
  AccessRules access;
  std::vector<std::string> hosts;  // Host values besides the loopback names: listen addresses
  bool imds = true;
  bool imds_v1 = false;  // a metadata request without a token passes
};

// Peer is the other end of a connection, as the kernel tells.
struct Peer {
  std::optional<std::uint32_t> user;  // nothing: the kernel could not say
  std::uint16_t port = 0;             // of the listener that took the connection
  bool by_socket = false;             // came over AF_UNIX, where the kernel vouches for `user`
  // What the name service told of the user, lent for one request; null: not known.
  const std::vector<std::uint32_t>* groups = nullptr;

  Requester requester() const { return {user, groups}; }
};

// Refusal is the answer to a request that is not let in. `reason` is one word for the audit line
// and the metric.
struct Refusal {
  int status = 403;
  std::string_view code;
  std::string_view message;
  std::string_view reason;
  std::string_view allow{};  // the Allow field of a 405
};

// The reason of a caller who is not on the list.
inline constexpr std::string_view kUserReason = "user";

struct GuardKeys {
  const TokenRing& tokens;
  WallTime now{};
  KnownSessions* sessions = nullptr;  // null: every session token is checked by its seal
};

struct GuardedRequest {
  const RequestHead& head;
  const Target& target;
};

// identify() is the peer, whom a token of their own names where the kernel does not.
Peer identify(const Peer& peer, const RequestHead& head, const GuardKeys& keys);
// meant() is the target, with the profile that the session token claims where a metadata route
// names none: minio-go takes a token under /profiles/{profile} and leaves that away afterwards.
Target meant(Target target, const RequestHead& head, const AccessRules& access);
// guard() is nothing when the request may pass.
std::optional<Refusal> guard(const GuardedRequest& request, const Peer& peer,
                             const GuardRules& rules, const GuardKeys& keys);

}  // namespace mdh
