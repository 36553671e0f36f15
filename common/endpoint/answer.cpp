#include "common/endpoint/answer.h"

#include <algorithm>
#include <charconv>

#include "common/state/condition.h"

namespace mdh {
namespace {

// The named profile, or where none is named the first that the caller may have.
const ProfileState* wanted_profile(const EndpointRequest& request, const EndpointFacts& facts) {
  if (!request.target.profile.empty()) return find_profile(facts.state, request.target.profile);
  const ProfileAccess* first = first_profile(facts.access, request.peer.requester());
  return first == nullptr ? nullptr : find_profile(facts.state, first->profile);
}

// The profile of the metadata routes: where none is named the configured one, for those who may
// have it.
const ProfileState* metadata_profile(const EndpointRequest& request, const EndpointFacts& facts) {
  if (!request.target.profile.empty()) return find_profile(facts.state, request.target.profile);
  const ProfileAccess* meant =
      preferred_profile(facts.access, facts.config.imds_profile, request.peer.requester());
  return meant == nullptr ? nullptr : find_profile(facts.state, meant->profile);
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

Reply why_not_served(const ProfileState& profile) {
  const std::string name = "profile " + profile.name;
  if (profile.last_failure) {
    const Error& error = profile.last_failure->error;
    return unavailable_reply(failure_code(error.error_class),
                             name + " has no valid credentials: " + error.message);
  }
  if (profile.credentials && !is_presentable(*profile.credentials))
    return unavailable_reply("UpstreamMalformed",
                             name + " was sent credentials that no client can use");
  if (profile.credentials)
    return unavailable_reply("Expired", name + "'s credentials have expired");
  return unavailable_reply("NotReady", name + " has not been fetched for the first time yet");
}

// What would open nothing is not given.
bool is_for_nothing(const Target& target, const State& state) {
  return !target.profile.empty() && find_profile(state, target.profile) == nullptr;
}

Reply not_served(const ProfileState& profile) {
  Reply reply = why_not_served(profile);
  reply.lacks = profile.name;
  return reply;
}

Reply session_token(const EndpointRequest& request, const EndpointFacts& facts) {
  if (is_for_nothing(request.target, facts.state)) return unknown_profile(true);
  const std::string_view text =
      request.head.header("x-aws-ec2-metadata-token-ttl-seconds").value_or("");
  int ttl = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), ttl);
  const bool whole = failure == std::errc() && end == text.data() + text.size();
  if (!whole || ttl < 1 || seconds(ttl) > kLongestSession)
    return error_reply(400, "BadRequest",
                       "x-aws-ec2-metadata-token-ttl-seconds must be a number from 1 to 21600");
  const SessionGrant grant{facts.now.wall, seconds(ttl), request.peer.user.value_or(kNobodyKnown),
                           static_cast<std::uint32_t>(facts.nonce),
                           profile_tag(request.target.profile)};
  Reply reply = text_reply(200, make_session_token(facts.tokens, grant));
  const seconds told = std::min(seconds(ttl), kLongestTold);
  reply.headers.push_back({"x-aws-ec2-metadata-token-ttl-seconds", std::to_string(told.count())});
  return reply;
}

Reply about_region(const EndpointRequest& request, const EndpointFacts& facts) {
  const ProfileState* profile = metadata_profile(request, facts);
  if (profile == nullptr || profile->region.empty()) return text_reply(404, "no region is known");
  const Route route = request.target.route;
  if (route == Route::imds_zone) return text_reply(200, profile->region + "a");
  if (route == Route::imds_region) return text_reply(200, profile->region);
  return {200, kJson, identity_document(profile->region)};
}

Reply imds_profile(const EndpointRequest& request, const EndpointFacts& facts) {
  const ProfileState* profile = metadata_profile(request, facts);
  return profile == nullptr ? text_reply(404, "no profile") : text_reply(200, profile->name);
}

Reply health(const State& state) {
  if (!state.stuck) return text_reply(200, "ok");
  return unavailable_reply("Stuck", "the refresh work does not go on");
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
  const ProfileState* profile = wanted_profile(request, facts);
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
  reply.gives = profile->name;
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
      return imds_profile(request, facts);
    case Route::imds_region:
    case Route::imds_zone:
    case Route::imds_identity:
      return about_region(request, facts);
    case Route::status:
    case Route::page:
    case Route::readyz:
    case Route::metrics:
      return lists_.reply(
          {request.target.route, request.peer, request.head.query},
          {facts.state, facts.access, facts.page, facts.daemon, facts.figures, facts.now});
    case Route::healthz:
      return health(facts.state);
    case Route::refresh:
      return RefreshWish{request.target.profile};
    case Route::token:
      return TokenWish{};
    case Route::users:
      return UsersWish{};
    case Route::check:
      return CheckWish{};
    case Route::imds_other:
      return text_reply(404, "not found");
    case Route::unknown:
      break;
  }
  const bool latest =
      request.head.path.starts_with("/latest/") || request.head.path.starts_with("/profiles/");
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
