#include "common/endpoint.h"

#include <charconv>

#include "common/documents.h"
#include "common/session_token.h"
#include "common/status.h"

namespace mdh {
namespace {

constexpr milliseconds kContainerPatience{800};
constexpr milliseconds kImdsPatience{400};
constexpr std::string_view kTtlHeader = "x-aws-ec2-metadata-token-ttl-seconds";

Reply plain(int status, std::string body) {
  return {.status = status, .content_type = kPlainText, .body = std::move(body)};
}

Reply error(int status, std::string_view code, std::string_view message) {
  return {.status = status, .body = error_document(code, message)};
}

std::string_view code_of(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::refused:
      return "UpstreamRefused";
    case ErrorClass::unreachable:
      return "UpstreamUnreachable";
    case ErrorClass::throttled:
      return "UpstreamThrottled";
    case ErrorClass::malformed:
      return "UpstreamMalformed";
    case ErrorClass::config:
    case ErrorClass::storage:
      break;
  }
  return "UpstreamRefused";
}

// 1 s and never longer: JS v2 and Go v1 sleep for it at every attempt.
Reply unavailable(const ProfileState& profile) {
  Reply reply;
  if (profile.last_failure) {
    const Error& failure = profile.last_failure->error;
    reply = error(503, code_of(failure.error_class), failure.message);
  } else if (profile.credentials) {
    reply = error(503, "Expired", "the last credentials expired and no new ones have come yet");
  } else {
    reply = error(503, "NotReady", "the first credentials have not come yet");
  }
  reply.headers.push_back({"Retry-After", "1"});
  return reply;
}

Answer answer_set(const EndpointView& view, std::size_t index, bool imds) {
  const ProfileState& profile = view.state.profiles[index];
  if (servable(view.state, profile, view.now)) {
    Reply reply;
    reply.lent = imds ? view.rendered.imds(index) : view.rendered.container(index);
    return {std::move(reply), {}, {}};
  }
  const milliseconds patience = imds ? kImdsPatience : kContainerPatience;
  return {unavailable(profile), profile.attempted ? milliseconds(0) : patience, {}};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A name may hold '@', which some clients send as %40.
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    if (!escape) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return plain;
}

std::optional<std::size_t> index_of(const State& state, std::string_view profile) {
  const bool escaped = profile.find('%') != profile.npos;
  const ProfileState* found = find_profile(state, escaped ? decoded(profile) : profile);
  if (found == nullptr) return std::nullopt;
  return static_cast<std::size_t>(found - state.profiles.data());
}

Answer answer_container(const EndpointView& view, std::string_view profile) {
  const auto index = profile.empty() ? std::size_t{0} : index_of(view.state, profile);
  if (index && *index < view.state.profiles.size()) return answer_set(view, *index, false);
  return {error(400, "UnknownProfile", "no profile of that name is configured"), {}, {}};
}

Answer answer_imds_set(const EndpointView& view, std::string_view profile) {
  const auto index = index_of(view.state, profile);
  if (index) return answer_set(view, *index, true);
  return {plain(404, "no such profile"), {}, {}};
}

Reply session_token_reply(const EndpointView& view, const RequestHead& head, const Caller& caller) {
  const std::string_view text = head.header(kTtlHeader).value_or("");
  int ttl = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), ttl);
  const bool number = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!number || ttl < 1 || ttl > kLongestSession.count()) {
    return error(400, "BadTtl", "X-aws-ec2-metadata-token-ttl-seconds must be 1 to 21600");
  }
  Reply reply =
      plain(200, make_session_token(view.tokens, {view.now.wall, seconds(ttl),
                                                  caller.user.value_or(kNobodyKnown), view.nonce}));
  reply.headers.push_back({std::string(kTtlHeader), std::to_string(ttl)});
  return reply;
}

const ProfileState& imds_profile(const EndpointView& view) {
  const ProfileState* found = find_profile(view.state, view.config.imds_profile);
  return found != nullptr ? *found : view.state.profiles.front();
}

Reply readiness(const EndpointView& view) {
  std::string missing;
  for (const ProfileState& profile : view.state.profiles) {
    if (servable(view.state, profile, view.now)) continue;
    const auto word = name(condition(view.state, profile, view.now));
    missing.append(profile.profile).append(" ").append(word).append("\n");
  }
  return missing.empty() ? plain(200, "ready\n") : plain(503, missing);
}

Reply answer_imds(const EndpointView& view, Route route) {
  const ProfileState& profile = imds_profile(view);
  switch (route) {
    case Route::imds_profile:
      return plain(200, profile.profile);
    case Route::imds_region:
      return plain(200, profile.region);
    case Route::imds_zone:
      return plain(200, profile.region + "a");
    case Route::imds_identity:
      return {.body = identity_document(profile.region)};
    default:
      return plain(404, "not here");
  }
}

}  // namespace

void RenderedSets::update(const State& state) {
  sets_.resize(state.profiles.size());
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    const ProfileState& profile = state.profiles[i];
    if (sets_[i].from == profile.credentials) continue;
    sets_[i] = {};
    if (!profile.credentials) continue;
    sets_[i].from = profile.credentials;
    sets_[i].container = container_document(*profile.credentials);
    sets_[i].imds = imds_document(*profile.credentials,
                                  profile.refreshed_at.value_or(profile.credentials->received));
  }
}

std::string_view RenderedSets::container(std::size_t profile) const {
  return sets_.at(profile).container.reveal();
}

std::string_view RenderedSets::imds(std::size_t profile) const {
  return sets_.at(profile).imds.reveal();
}

Answer answer(const EndpointView& view, const RequestHead& head, const Target& target,
              const Caller& caller) {
  switch (target.route) {
    case Route::container:
      return answer_container(view, target.profile);
    case Route::imds_credentials:
      return answer_imds_set(view, target.profile);
    case Route::session_token:
      return {session_token_reply(view, head, caller), {}, {}};
    case Route::status:
      return {{.body = status_json(view.state, view.now)}, {}, {}};
    case Route::healthz:
      return {view.state.turning ? plain(200, "ok\n") : plain(503, "the refresh loop is stuck\n"),
              {},
              {}};
    case Route::readyz:
      return {readiness(view), {}, {}};
    case Route::refresh:
      if (!index_of(view.state, target.profile)) {
        return {error(404, "UnknownProfile", "no profile of that name is configured"), {}, {}};
      }
      return {{}, {}, decoded(target.profile)};
    case Route::unknown:
      return {error(404, "NoSuchRoute", "there is nothing here; GET / lists what is"), {}, {}};
    default:
      return {answer_imds(view, target.route), {}, {}};
  }
}

Reply refused(const Refusal& refusal, Route route) {
  Reply reply = error(refusal.status, refusal.code, refusal.message);
  if (refusal.status == 405)
    reply.headers.push_back({"Allow", std::string(allowed_methods(route))});
  return reply;
}

Reply refresh_reply(const RefreshAnswer& answer) {
  if (answer.accepted) return {.status = 202, .body = "{\"accepted\":true}"};
  Reply reply = error(429, "TooSoon",
                      "a refresh was asked for a moment ago, or upstream named a time to wait for");
  reply.headers.push_back({"Retry-After", std::to_string(answer.wait.count())});
  return reply;
}

}  // namespace mdh
