#include "common/endpoint/guard.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/endpoint/session_token.h"

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
                        "your user may not have these credentials (endpoint.allowed_users)",
                        "user"};
constexpr Refusal kUserUnknown{403, "UserUnknown",
                               "the kernel does not say whose connection this is", "unknown_user"};
constexpr Refusal kTokenMissing{
    401, "MissingToken", "Authorization is missing: set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "no_token"};
constexpr Refusal kToken{401, "BadToken",
                         "Authorization does not hold the endpoint's token: is the token file of "
                         "this daemon named?",
                         "token"};
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

using Verdict = std::optional<Refusal>;

bool has_prefix(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && same_name(text.substr(0, prefix.size()), prefix);
}

Verdict check_method(const GuardedRequest& request) {
  const std::string_view method = request.head.method;
  const std::string_view allowed = allowed_methods(request.route);
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

Verdict check_host(const GuardedRequest& request, const Peer& peer, const GuardRules& rules) {
  const auto host = request.head.header("host");
  if (!host) return request.head.http10 ? std::nullopt : Verdict(kHost);
  const auto named = [&](std::string_view name) { return names_host(*host, name, peer.port); };
  const bool known = std::any_of(kLoopbackNames.begin(), kLoopbackNames.end(), named) ||
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

Verdict check_user(const Peer& peer, const GuardRules& rules) {
  if (rules.any_user) return std::nullopt;
  if (!peer.user) return kUserUnknown;
  const bool known =
      std::find(rules.users.begin(), rules.users.end(), *peer.user) != rules.users.end();
  return known ? std::nullopt : Verdict(kUser);
}

Verdict check_endpoint_token(const RequestHead& head, const GuardKeys& keys) {
  auto offered = head.header("authorization");
  if (!offered || offered->empty()) return kTokenMissing;
  if (has_prefix(*offered, "Bearer ")) offered->remove_prefix(7);
  return accepts(keys.tokens, *offered, keys.now) ? std::nullopt : Verdict(kToken);
}

Verdict check_session(const RequestHead& head, const Peer& peer, bool v1, const GuardKeys& keys) {
  const auto offered = head.header("x-aws-ec2-metadata-token");
  if (!offered) return v1 ? std::nullopt : Verdict(kSessionMissing);
  switch (check_session_token(keys.tokens, *offered, peer.user.value_or(kNobodyKnown), keys.now)) {
    case SessionVerdict::good:
      return std::nullopt;
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

Verdict guard(const GuardedRequest& request, const Peer& peer, const GuardRules& rules,
              const GuardKeys& keys) {
  if (const Verdict refusal = check_method(request)) return refusal;
  if (const Verdict refusal = check_host(request, peer, rules)) return refusal;
  if (is_guarded(request.route)) {
    if (const Verdict refusal = check_way(request.head)) return refusal;
    if (const Verdict refusal = check_user(peer, rules)) return refusal;
  }
  if (peer.by_socket) return std::nullopt;
  switch (pass(request.route)) {
    case Pass::endpoint_token:
      return check_endpoint_token(request.head, keys);
    case Pass::session_token:
      return check_session(request.head, peer, rules.imds_v1, keys);
    case Pass::none:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace mdh
