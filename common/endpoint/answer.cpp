#include "common/endpoint/answer.h"

#include <algorithm>
#include <charconv>

#include "common/state/condition.h"

namespace mdh {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = static_cast<char>(c | 0x20);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// Some clients encode the '@' of a profile's name.
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

const ProfileState* wanted_profile(const Target& target, const EndpointFacts& facts) {
  if (target.route == Route::container && target.profile.empty())
    return facts.state.profiles.empty() ? nullptr : &facts.state.profiles.front();
  if (target.profile.find('%') == target.profile.npos)
    return find_profile(facts.state, target.profile);
  return find_profile(facts.state, percent_decoded(target.profile));
}

Reply unknown_profile(bool imds) {
  if (imds) return text_reply(404, "no such profile");
  return error_reply(400, "UnknownProfile",
                     "no profile of that name is configured; GET /status lists them");
}

std::string_view failure_code(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::refused:
      return "UpstreamRefused";
    case ErrorClass::throttled:
      return "UpstreamThrottled";
    case ErrorClass::unreachable:
      return "UpstreamUnreachable";
    case ErrorClass::malformed:
      return "UpstreamMalformed";
    case ErrorClass::config:
    case ErrorClass::storage:
      return "LocalFailure";
  }
  return "LocalFailure";
}

// Retry-After is 1 and never more: JS v2 and Go v1 sleep for it at every attempt.
Reply unavailable(std::string_view code, std::string_view message) {
  Reply reply = error_reply(503, code, message);
  reply.headers.push_back({"Retry-After", "1"});
  return reply;
}

Reply not_served(const ProfileState& profile) {
  const std::string name = "profile " + profile.name;
  if (profile.last_failure) {
    const Error& error = profile.last_failure->error;
    return unavailable(failure_code(error.error_class),
                       name + " has no valid credentials: " + error.message);
  }
  if (profile.credentials && !is_presentable(*profile.credentials))
    return unavailable("UpstreamMalformed", name + " was sent credentials that no client can use");
  if (profile.credentials) return unavailable("Expired", name + "'s credentials have expired");
  return unavailable("NotReady", name + " has not been fetched for the first time yet");
}

Reply session_token(const EndpointRequest& request, const EndpointFacts& facts) {
  const std::string_view text =
      request.head.header("x-aws-ec2-metadata-token-ttl-seconds").value_or("");
  int ttl = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), ttl);
  const bool whole = failure == std::errc() && end == text.data() + text.size();
  if (!whole || ttl < 1 || seconds(ttl) > kLongestSession)
    return error_reply(400, "BadRequest",
                       "x-aws-ec2-metadata-token-ttl-seconds must be a number from 1 to 21600");
  Reply reply = text_reply(200, make_session_token(facts.tokens, {facts.now.wall, seconds(ttl),
                                                                  request.user, facts.nonce}));
  reply.headers.push_back({"x-aws-ec2-metadata-token-ttl-seconds", std::to_string(ttl)});
  return reply;
}

Reply about_region(Route route, const EndpointFacts& facts) {
  const ProfileState* profile = find_profile(facts.state, facts.config.imds_profile);
  if (profile == nullptr || profile->region.empty()) return text_reply(404, "no region is known");
  if (route == Route::imds_zone) return text_reply(200, profile->region + "a");
  if (route == Route::imds_region) return text_reply(200, profile->region);
  return {200, kJson, identity_document(profile->region)};
}

Reply imds_profile(const EndpointFacts& facts) {
  const ProfileState* profile = find_profile(facts.state, facts.config.imds_profile);
  return profile == nullptr ? text_reply(404, "no profile") : text_reply(200, profile->name);
}

// The page of one profile is asked for as /?profile=NAME.
std::string_view profile_asked(std::string_view query) {
  constexpr std::string_view kKey = "profile=";
  return query.starts_with(kKey) ? query.substr(kKey.size()) : std::string_view();
}

Reply page(const EndpointFacts& facts, std::string_view query) {
  return {
      200,
      kHtml,
      status_page(facts.state, facts.page, facts.now, profile_asked(query)),
      {},
      {{"Content-Security-Policy", page_security_policy()}, {"Referrer-Policy", "no-referrer"}}};
}

Reply health(const State& state) {
  if (!state.stuck) return text_reply(200, "ok");
  return unavailable("Stuck", "the refresh work does not go on");
}

Reply readiness(const EndpointFacts& facts) {
  std::string missing;
  for (const ProfileState& profile : facts.state.profiles) {
    if (servable(profile, facts.now)) continue;
    missing += missing.empty() ? "no valid credentials for " : ", ";
    missing += profile.name;
    missing += " (" + std::string(name(condition(profile, facts.now))) + ")";
  }
  return missing.empty() ? text_reply(200, "ready") : unavailable("NotReady", missing);
}

}  // namespace

const Endpoint::Rendered& Endpoint::rendered(std::size_t profile,
                                             const CredentialsPtr& credentials) {
  if (profile >= rendered_.size()) rendered_.resize(profile + 1);
  Rendered& kept = rendered_[profile];
  if (kept.of != credentials)
    kept = {credentials, container_document(*credentials), imds_document(*credentials)};
  return kept;
}

Outcome Endpoint::credentials(const EndpointRequest& request, const EndpointFacts& facts) {
  const bool imds = request.target.route == Route::imds_credentials;
  const ProfileState* profile = wanted_profile(request.target, facts);
  if (profile == nullptr) return unknown_profile(imds);
  const CredentialsPtr credentials = servable(*profile, facts.now);
  if (!credentials || !is_presentable(*credentials)) {
    const bool first_attempt = !profile->attempted && !profile->credentials;
    if (first_attempt && request.may_wait) return Park{.briefly = imds};
    return not_served(*profile);
  }
  const auto place = static_cast<std::size_t>(profile - facts.state.profiles.data());
  const Rendered& document = rendered(place, credentials);
  Reply reply;
  reply.lent = imds ? document.imds.reveal() : document.container.reveal();
  return reply;
}

Outcome Endpoint::answer(const EndpointRequest& request, const EndpointFacts& facts) {
  switch (request.target.route) {
    case Route::container:
    case Route::imds_credentials:
      return credentials(request, facts);
    case Route::session_token:
      return session_token(request, facts);
    case Route::imds_profile:
      return imds_profile(facts);
    case Route::imds_region:
    case Route::imds_zone:
    case Route::imds_identity:
      return about_region(request.target.route, facts);
    case Route::status:
      return Reply{200, kJson,
                   status_json(facts.state, facts.now, request.by_owner ? &facts.daemon : nullptr)};
    case Route::page:
      return page(facts, request.head.query);
    case Route::healthz:
      return health(facts.state);
    case Route::readyz:
      return readiness(facts);
    case Route::metrics:
      return MetricsWish{};
    case Route::refresh:
      return RefreshWish{percent_decoded(request.target.profile)};
    case Route::imds_other:
      return text_reply(404, "not found");
    case Route::unknown:
      break;
  }
  const bool latest = request.head.path.substr(0, 8) == "/latest/";
  return latest ? text_reply(404, "not found")
                : error_reply(404, "NotFound", "there is nothing at this path");
}

Reply refresh_reply(const std::string& profile, const RefreshAnswer& answer, bool known) {
  if (!known) return unknown_profile(false);
  if (answer.accepted)
    return {202, kJson, error_body("Accepted", "profile " + profile + " is being refreshed")};
  const std::string wait = std::to_string(std::max<std::int64_t>(1, answer.wait.count()));
  Reply reply = error_reply(429, "TooManyRequests",
                            "profile " + profile + " may be refreshed again in " + wait + " s");
  reply.headers.push_back({"Retry-After", wait});
  return reply;
}

}  // namespace mdh
