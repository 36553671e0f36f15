#include "common/endpoint/guard.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/endpoint/own_token.h"

namespace mdh {
namespace {

constexpr std::array<std::string_view, 4> kLoopbackNames{"127.0.0.1", "localhost", "[::1]", "::1"};

constexpr Refusal kMethod{405, "MethodNotAllowed", "this route does not know that method",
                          "method"};
constexpr Refusal kHost{403, "HostNotAllowed",
                        "the Host header names another host than this one (DNS rebinding?)",
                        "host"};
constexpr Refusal kForwarded{403, "ForwardedNotAllowed",
                             "credentials are not given through a proxy", "forwarded"};
constexpr Refusal kCrossOrigin{403, "CrossOriginNotAllowed",
                               "credentials are not given to web pages", "cross_origin"};
constexpr Refusal kUser{403, "UserNotAllowed",
                        "your user may have no credentials here: no allowed_users names it",
                        kUserReason};
constexpr Refusal kProfile{403, "UserNotAllowed",
                           "your user may not have this profile's credentials: its allowed_users "
                           "does not name it",
                           kUserReason};
constexpr Refusal kUserUnknown{
    403, "UserUnknown",
    "the kernel does not say whose connection this is; where it never does (gVisor, WSL 1, a user "
    "namespace), ask by the daemon's socket, or with the token of your own that exec and env name",
    "unknown_user"};
constexpr Refusal kOwner{403, "UserNotAllowed", "only root and the daemon's own user are told this",
                         kUserReason};
constexpr Refusal kTokenMissing{
    401, "MissingToken", "Authorization is missing: set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "no_token"};
constexpr Refusal kToken{401, "BadToken",
                         "Authorization does not hold the endpoint's token: is the token file of "
                         "this daemon named?",
                         "token"};
constexpr Refusal kTokenForeign{401, "TokenForeign", "the token is another user's own",
                                "token_foreign"};
constexpr Refusal kSessionMissing{401, "MissingSessionToken",
                                  "a session token is needed: PUT /latest/api/token (IMDSv2)",
                                  "no_session_token"};
constexpr Refusal kSessionForged{401, "BadSessionToken", "the session token was not issued here",
                                 "session_token"};
constexpr Refusal kSessionExpired{401, "SessionTokenExpired", "the session token has expired",
                                  "session_token_expired"};
constexpr Refusal kSessionForeign{401, "SessionTokenForeign",
                                  "the session token was issued to another user",
                                  "session_token_foreign"};

constexpr Refusal kSessionElsewhere{401, "SessionTokenElsewhere",
                                    "the session token was issued for another profile",
                                    "session_token_elsewhere"};

using Verdict = std::optional<Refusal>;

bool has_prefix(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && same_name(text.substr(0, prefix.size()), prefix);
}

Verdict check_method(const GuardedRequest& request) {
  const std::string_view method = request.head.method;
  const std::string_view allowed = allowed_methods(request.target.route);
  const bool reading = allowed.front() == 'G' && (method == "GET" || method == "HEAD");
  if (reading || method == allowed) return std::nullopt;
  Refusal refusal = kMethod;
  refusal.allow = allowed;
  return refusal;
}

// True of the name itself and of name:port, where the port is the one that took the connection.
bool names_host(std::string_view host, std::string_view name, std::uint16_t port) {
  if (!has_prefix(host, name)) return false;
  host.remove_prefix(name.size());
  if (host.empty()) return true;
  char digits[8];
  const char* end = std::to_chars(digits, digits + sizeof digits, port).ptr;
  return host.front() == ':' && host.substr(1) == std::string_view(digits, end);
}

// Who looks at the page through `ssh -L 8000:127.0.0.1:6340` names port 8000.
bool names_host_at_any_port(std::string_view host, std::string_view name) {
  if (!has_prefix(host, name)) return false;
  host.remove_prefix(name.size());
  return host.size() > 1 && host.front() == ':' &&
         host.find_first_not_of("0123456789", 1) == host.npos;
}

Verdict check_host(const GuardedRequest& request, const Peer& peer, const GuardRules& rules) {
  const auto host = request.head.header("host");
  if (!host) return request.head.http10 ? std::nullopt : Verdict(kHost);
  const auto named = [&](std::string_view name) { return names_host(*host, name, peer.port); };
  const bool gives = is_guarded(request.target.route);
  const auto here = [&](std::string_view name) {
    return named(name) || (!gives && names_host_at_any_port(*host, name));
  };
  const bool known = std::any_of(kLoopbackNames.begin(), kLoopbackNames.end(), here) ||
                     std::any_of(rules.hosts.begin(), rules.hosts.end(), named);
  return known ? std::nullopt : Verdict(kHost);
}

Verdict check_way(const RequestHead& head) {
  for (const HeaderField& field : head.fields) {
    const std::string_view name = field.name;
    switch (name.front() | 0x20) {
      case 'f':
        if (same_name(name, "forwarded")) return kForwarded;
        break;
      case 'v':
        if (same_name(name, "via")) return kForwarded;
        break;
      case 'x':
        if (has_prefix(name, "x-forwarded-")) return kForwarded;
        break;
      case 'o':
        if (same_name(name, "origin")) return kCrossOrigin;
        break;
      case 's':
        if (has_prefix(name, "sec-fetch-")) return kCrossOrigin;
        break;
      default:
        break;
    }
  }
  return std::nullopt;
}

Verdict check_user(const Target& target, const Peer& peer, const GuardRules& rules) {
  const ProfileAccess* named = find_access(rules.access, target.profile);
  if (named != nullptr && admits(named->users, peer.requester())) return std::nullopt;
  if (named == nullptr && first_profile(rules.access, peer.requester())) return std::nullopt;
  if (!peer.user) return kUserUnknown;
  return named != nullptr && first_profile(rules.access, peer.requester()) ? kProfile : kUser;
}

std::optional<std::string_view> offered_token(const RequestHead& head) {
  auto offered = head.header("authorization");
  if (!offered || offered->empty()) return std::nullopt;
  if (has_prefix(*offered, "Bearer ")) offered->remove_prefix(7);
  return offered;
}

Verdict check_endpoint_token(const RequestHead& head, const Peer& peer, const GuardKeys& keys) {
  const auto offered = offered_token(head);
  if (!offered) return kTokenMissing;
  if (accepts(keys.tokens, *offered, keys.now)) return std::nullopt;
  const auto owner = owner_of(keys.tokens, *offered, keys.now);
  if (!owner) return kToken;
  return owner == peer.user ? std::nullopt : Verdict(kTokenForeign);
}

constexpr std::string_view kSessionField = "x-aws-ec2-metadata-token";

Verdict check_profile(std::string_view token, const Target& target) {
  const std::uint64_t bound = claimed_profile(token);
  const bool elsewhere = bound != 0 && bound != profile_tag(target.profile);
  return elsewhere ? Verdict(kSessionElsewhere) : std::nullopt;
}

Verdict check_session(const GuardedRequest& request, const Peer& peer, bool v1,
                      const GuardKeys& keys) {
  const auto offered = request.head.header(kSessionField);
  if (!offered) return v1 ? std::nullopt : Verdict(kSessionMissing);
  const std::uint32_t user = peer.user.value_or(kNobodyKnown);
  const SessionVerdict verdict = keys.sessions == nullptr
                                     ? check_session_token(keys.tokens, *offered, user, keys.now)
                                     : keys.sessions->check(keys.tokens, *offered, user, keys.now);
  switch (verdict) {
    case SessionVerdict::good:
      return check_profile(*offered, request.target);
    case SessionVerdict::expired:
      return kSessionExpired;
    case SessionVerdict::foreign:
      return kSessionForeign;
    case SessionVerdict::forged:
      return kSessionForged;
  }
  return kSessionForged;
}

}  // namespace

Peer identify(const Peer& peer, const RequestHead& head, const GuardKeys& keys) {
  Peer known = peer;
  const auto offered = known.user ? std::nullopt : offered_token(head);
  if (offered) known.user = owner_of(keys.tokens, *offered, keys.now);
  return known;
}

Target meant(Target target, const RequestHead& head, const AccessRules& access) {
  if (!target.profile.empty() || pass(target.route) != Pass::session_token) return target;
  const auto offered = head.header(kSessionField);
  const std::uint64_t bound = offered ? claimed_profile(*offered) : 0;
  if (bound == 0) return target;
  for (const ProfileAccess& one : access.profiles) {
    if (profile_tag(one.profile) == bound) target.profile = one.profile;
  }
  return target;
}

Verdict guard(const GuardedRequest& request, const Peer& peer, const GuardRules& rules,
              const GuardKeys& keys) {
  if (const Verdict refusal = check_method(request)) return refusal;
  if (const Verdict refusal = check_host(request, peer, rules)) return refusal;
  if (is_guarded(request.target.route)) {
    if (const Verdict refusal = check_way(request.head)) return refusal;
    if (const Verdict refusal = check_user(request.target, peer, rules)) return refusal;
  }
  if (is_for_owners(request.target.route) && !admits(rules.access.owners, peer.requester()))
    return kOwner;
  if (peer.by_socket) return std::nullopt;
  switch (pass(request.target.route)) {
    case Pass::endpoint_token:
      return check_endpoint_token(request.head, peer, keys);
    case Pass::session_token:
      return check_session(request, peer, rules.imds_v1, keys);
    case Pass::none:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace mdh
