#include "common/guard.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/session_token.h"

namespace mdh {
namespace {

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
constexpr Refusal kUnknownUser{403, "UserUnknown",
                               "the kernel does not say whose connection this is", "unknown_user"};
constexpr Refusal kNoToken{401, "MissingToken",
                           "Authorization is missing: set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                           "no_token"};
constexpr Refusal kToken{401, "BadToken",
                         "Authorization does not hold the endpoint's token: is the token file of "
                         "this daemon named?",
                         "token"};
constexpr Refusal kNoSession{401, "MissingSessionToken",
                             "a session token is needed: PUT /latest/api/token (IMDSv2)",
                             "no_session_token"};
constexpr Refusal kForged{401, "BadSessionToken", "the session token was not issued here",
                          "session_token"};
constexpr Refusal kExpired{401, "SessionTokenExpired", "the session token has expired",
                           "session_token_expired"};
constexpr Refusal kForeign{401, "SessionTokenForeign",
                           "the session token was issued to another user", "session_token_foreign"};

constexpr std::string_view kSessionHeader = "x-aws-ec2-metadata-token";

bool method_allowed(const Petition& petition) {
  const std::string_view allowed = allowed_methods(petition.route);
  const std::string_view method = petition.head.method;
  if (method == allowed) return true;
  return allowed == "GET, HEAD" && (method == "GET" || method == "HEAD");
}

// "host", "host:port", "[v6]", "[v6]:port", or a bare v6 address (aws-crt sends `Host: ::1`).
struct HostField {
  std::string_view host;
  std::string_view port;
};
std::optional<HostField> split_host(std::string_view field) {
  if (field.starts_with('[')) {
    const std::size_t end = field.find(']');
    if (end == field.npos) return std::nullopt;
    const std::string_view rest = field.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || rest.size() == 1)) return std::nullopt;
    return HostField{field.substr(1, end - 1), rest.empty() ? rest : rest.substr(1)};
  }
  const std::size_t colon = field.find(':');
  if (colon == field.npos || field.find(':', colon + 1) != field.npos) return HostField{field, {}};
  if (colon + 1 == field.size()) return std::nullopt;
  return HostField{field.substr(0, colon), field.substr(colon + 1)};
}

bool host_allowed(const Petition& petition, const GuardRules& rules) {
  const auto field = petition.head.header("host");
  if (!field) return petition.head.http10;
  const auto named = split_host(*field);
  if (!named) return false;
  if (!named->port.empty()) {
    unsigned port = 0;
    const char* end = named->port.data() + named->port.size();
    const auto read = std::from_chars(named->port.data(), end, port);
    if (read.ec != std::errc() || read.ptr != end || port != petition.caller.port) return false;
  }
  for (const std::string_view host : {"127.0.0.1", "localhost", "::1"}) {
    if (same_name(named->host, host)) return true;
  }
  return std::any_of(rules.hosts.begin(), rules.hosts.end(),
                     [&](const std::string& host) { return same_name(named->host, host); });
}

bool begins(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && same_name(name.substr(0, prefix.size()), prefix);
}

std::optional<Refusal> way_refused(const RequestHead& head) {
  for (const HeaderField& field : head.fields) {
    if (same_name(field.name, "forwarded") || same_name(field.name, "via") ||
        begins(field.name, "x-forwarded-")) {
      return kForwarded;
    }
    if (same_name(field.name, "origin") || begins(field.name, "sec-fetch-")) return kCrossOrigin;
  }
  return std::nullopt;
}

std::optional<Refusal> user_refused(const Caller& caller, const GuardRules& rules) {
  if (rules.anyone) return std::nullopt;
  if (!caller.user) return kUnknownUser;
  const bool known =
      std::find(rules.users.begin(), rules.users.end(), *caller.user) != rules.users.end();
  return known ? std::nullopt : std::optional(kUser);
}

std::optional<Refusal> endpoint_token_refused(const Petition& petition, const TokenRing& tokens) {
  auto offered = petition.head.header("authorization");
  if (!offered || offered->empty()) return kNoToken;
  if (begins(*offered, "bearer ")) offered->remove_prefix(7);
  return accepts(tokens, *offered, petition.now) ? std::nullopt : std::optional(kToken);
}

std::optional<Refusal> session_token_refused(const Petition& petition, const GuardRules& rules,
                                             const TokenRing& tokens) {
  const auto offered = petition.head.header(kSessionHeader);
  if (!offered) return rules.imds_v1 ? std::nullopt : std::optional(kNoSession);
  const std::uint32_t user = petition.caller.user.value_or(kNobodyKnown);
  switch (check_session_token(tokens, *offered, user, petition.now)) {
    case SessionVerdict::good:
      return std::nullopt;
    case SessionVerdict::expired:
      return kExpired;
    case SessionVerdict::foreign:
      return kForeign;
    case SessionVerdict::forged:
      break;
  }
  return kForged;
}

}  // namespace

std::optional<Refusal> guard(const Petition& petition, const GuardRules& rules,
                             const TokenRing& tokens) {
  if (!method_allowed(petition)) return kMethod;
  if (!host_allowed(petition, rules)) return kHost;
  if (is_guarded(petition.route)) {
    if (const auto refusal = way_refused(petition.head)) return refusal;
    if (const auto refusal = user_refused(petition.caller, rules)) return refusal;
  }
  switch (pass(petition.route)) {
    case Pass::endpoint_token:
      return endpoint_token_refused(petition, tokens);
    case Pass::session_token:
      return session_token_refused(petition, rules, tokens);
    case Pass::none:
      break;
  }
  return std::nullopt;
}

}  // namespace mdh
