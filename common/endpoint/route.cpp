#include "common/endpoint/route.h"

#include <algorithm>
#include <array>

namespace mdh {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string_view without_last_slash(std::string_view path) {
  if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = static_cast<char>(c | 0x20);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    decoded += escape ? static_cast<char>(digit(text[i + 1]) << 4 | digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return decoded;
}

// "" and "/" name the list, "/name" one of it; anything deeper is nothing.
Target list_or_one(std::string_view rest, Route list, Route one) {
  if (rest.empty() || rest == "/") return {list, {}};
  if (rest.front() != '/' || rest.find('/', 1) != rest.npos) return {Route::unknown, {}};
  return {one, percent_decoded(rest.substr(1))};
}

Target find_metadata(std::string_view rest) {
  if (take_prefix(rest, "iam/security-credentials")) {
    take_prefix(rest, "-extended");
    const Target target = list_or_one(rest, Route::imds_profile, Route::imds_credentials);
    return target.route == Route::unknown ? Target{Route::imds_other, {}} : target;
  }
  rest = without_last_slash(rest);
  if (rest == "placement/region") return {Route::imds_region, {}};
  if (rest == "placement/availability-zone") return {Route::imds_zone, {}};
  return {Route::imds_other, {}};
}

Target find_latest(std::string_view rest) {
  if (rest == "api/token") return {Route::session_token, {}};
  if (take_prefix(rest, "meta-data/")) return find_metadata(rest);
  if (rest == "dynamic/instance-identity/document") return {Route::imds_identity, {}};
  return {Route::imds_other, {}};
}

bool take_latest(std::string_view& rest) {
  return take_prefix(rest, "/latest") && (rest.empty() || take_prefix(rest, "/"));
}

// "{profile}/latest/…"; several SDKs join an address that ends with a slash by another one.
Target find_profile_latest(std::string_view rest) {
  const std::string profile = percent_decoded(rest.substr(0, rest.find('/')));
  rest.remove_prefix(std::min(rest.find('/'), rest.size()));
  while (rest.substr(0, 2) == "//") rest.remove_prefix(1);
  if (profile.empty() || !take_latest(rest)) return {};
  const Target target = find_latest(rest);
  const bool another = !target.profile.empty() && target.profile != profile;
  return {another ? Route::imds_other : target.route, profile};
}

struct Fixed {
  std::string_view path;
  Route route;
};
constexpr std::array<Fixed, 8> kFixed{{{"/", Route::page},
                                       {"/status", Route::status},
                                       {"/healthz", Route::healthz},
                                       {"/readyz", Route::readyz},
                                       {"/metrics", Route::metrics},
                                       {"/token", Route::token},
                                       {"/users", Route::users},
                                       {"/check", Route::check}}};

constexpr std::array<std::string_view, kRouteCount> kNames{
    "/credentials/{profile}",
    "/latest/api/token",
    "/latest/meta-data/iam/security-credentials/",
    "/latest/meta-data/iam/security-credentials/{profile}",
    "/latest/meta-data/placement/region",
    "/latest/meta-data/placement/availability-zone",
    "/latest/dynamic/instance-identity/document",
    "/latest/{other}",
    "/status",
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/refresh/{profile}",
    "/token",
    "/users",
    "/check",
    "{other}"};

}  // namespace

Target find_target(std::string_view path, bool imds) {
  std::string_view rest = path;
  if (take_prefix(rest, "/credentials"))
    return list_or_one(rest, Route::container, Route::container);
  if (take_prefix(rest, "/profiles/")) return imds ? find_profile_latest(rest) : Target{};
  if (take_latest(rest)) return imds ? find_latest(rest) : Target{};
  if (take_prefix(rest, "/refresh/") && !rest.empty() && rest.find('/') == rest.npos)
    return {Route::refresh, percent_decoded(rest)};
  for (const Fixed& fixed : kFixed) {
    if (path == fixed.path) return {fixed.route, {}};
  }
  return {};
}

std::string_view name(Route route) {
  return kNames[static_cast<std::size_t>(route)];
}

std::string_view allowed_methods(Route route) {
  if (route == Route::session_token) return "PUT";
  if (route == Route::refresh) return "POST";
  return "GET, HEAD";
}

Pass pass(Route route) {
  if (route == Route::container || route == Route::refresh) return Pass::endpoint_token;
  return is_imds(route) && route != Route::session_token ? Pass::session_token : Pass::none;
}

bool is_guarded(Route route) {
  return route <= Route::imds_other || route == Route::refresh || route == Route::token;
}

bool is_list(Route route) {
  return route == Route::status || route == Route::page || route == Route::readyz ||
         route == Route::metrics;
}

bool is_local(Route route) {
  return route == Route::token || is_for_owners(route);
}

bool is_for_owners(Route route) {
  return route == Route::users || route == Route::check;
}

bool is_imds(Route route) {
  return route >= Route::session_token && route <= Route::imds_other;
}

}  // namespace mdh
