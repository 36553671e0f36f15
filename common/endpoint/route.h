// Which of the endpoint's routes a path names, and what each route asks of its caller. Pure;
// knows nothing of profiles that exist.
#pragma once

#include <string>
#include <string_view>

namespace mdh {

// Every metadata route is also there for one profile, as /profiles/{profile}/latest/…
enum class Route {
  container,         // /credentials, /credentials/{profile}
  session_token,     // PUT /latest/api/token
  imds_profile,      // …/iam/security-credentials[-extended], with or without the slash
  imds_credentials,  // …/iam/security-credentials[-extended]/{profile}
  imds_region,       // …/placement/region
  imds_zone,         // …/placement/availability-zone
  imds_identity,     // /latest/dynamic/instance-identity/document
  imds_other,        // any other /latest/…
  status,
  page,
  healthz,
  readyz,
  metrics,
  refresh,  // POST /refresh/{profile}
  token,    // GET /token, by the socket alone
  users,    // GET /users, by the socket alone
  check,    // GET /check, by the socket alone
  unknown
};
inline constexpr std::size_t kRouteCount = static_cast<std::size_t>(Route::unknown) + 1;

// Which token a route wants to see.
enum class Pass { none, endpoint_token, session_token };

struct Target {
  Route route = Route::unknown;
  std::string profile;  // percent-decoded, since some clients encode the '@'; empty: none is named
  bool operator==(const Target&) const = default;
};

// find_target() takes a path that begins with one slash, without its query. Without `imds` every
// /latest/… is unknown, under /profiles/{profile} as well.
Target find_target(std::string_view path, bool imds);
// name() is the route's pattern, such as "/credentials/{profile}": what logs and metrics say.
std::string_view name(Route route);
// allowed_methods() is the Allow field's value: "GET, HEAD", "PUT" or "POST".
std::string_view allowed_methods(Route route);
// pass() is the token the route wants.
Pass pass(Route route);
// is_guarded() routes give credentials, or the means to get them: nobody but the allowed users, and
// nothing that comes by way of a browser or a proxy.
bool is_guarded(Route route);
// is_list() routes show each caller the profiles that are theirs to see.
bool is_list(Route route);
// is_local() routes are there for callers by the socket alone.
bool is_local(Route route);
// is_for_owners() routes are there for root and the daemon's own user alone.
bool is_for_owners(Route route);
// is_imds() routes speak plain text where no SDK reads JSON.
bool is_imds(Route route);

}  // namespace mdh
