#include "common/upstream/credential_exchange.h"

#include <algorithm>
#include <array>

#include "common/ascii.h"
#include "common/encoding.h"
#include "common/upstream/clock_reading.h"
#include "common/upstream/reply_body.h"
#include "common/upstream/reply_error.h"

namespace mdh {
namespace {

constexpr std::string_view kExplorer = "https://api.explorer.mydatahelps.org/token";
constexpr std::string_view kDesigner =
    "https://api.designer.mydatahelps.org/projects/{project_id}/export-explorer/token";
constexpr seconds kAssumedLife{900};

bool explorer_shape(const ProjectConfig& project) {
  return !project.project_code.empty() && project.project_id.empty();
}

void fill_in(std::string& url, std::string_view placeholder, std::string_view value) {
  const std::string encoded = percent_encode(value);
  for (std::size_t at = url.find(placeholder); at != url.npos;
       at = url.find(placeholder, at + encoded.size())) {
    url.replace(at, placeholder.size(), encoded);
  }
}

std::string described(const ProjectConfig& project) {
  return "the credential exchange of profile " + project.profile + " with " +
         host_of(exchange_url(project));
}

std::string_view project_name(const ProjectConfig& project) {
  return explorer_shape(project) ? project.project_code : project.project_id;
}

std::string access_hint(const ProjectConfig& project) {
  const std::string field = explorer_shape(project) ? "project_code " : "project_id ";
  return "see whether " + field + std::string(project_name(project)) +
         " is spelt right, and whether the service account may export that project (MyDataHelps "
         "Designer, service accounts)";
}

std::string shape_hint(const ProjectConfig& project) {
  if (explorer_shape(project)) {
    return "the explorer service may be gone: configure project_id instead of project_code, which "
           "uses the designer service";
  }
  return "see whether project_id " + project.project_id + " is right" +
         (project.exchange_url.empty() ? std::string{} : " and exchange_url still exists");
}

// Some services and gateways say no with 200.
Error refusal(const ProjectConfig& project, const UpstreamReply& reply, WallTime now) {
  Error error = reply_error(Stage::exchange, described(project), reply, now);
  const ReplyBody body(reply);
  if (reply.status < 300) error.error_class = ErrorClass::refused;
  if (!body.error_code().empty()) error.message += " " + body.error_code();
  if (reply.status == 401) {
    error.message += ", the access token was not accepted for this project";
    error.hint = access_hint(project) + "; some deployments want authorization_scheme \"Bearer\"";
  } else if (reply.status == 403) {
    error.message += ", access to this project is denied";
    error.hint = access_hint(project);
  } else if (reply.status == 404 || reply.status == 410) {
    error.message += ", there is no such service or project";
    error.hint = shape_hint(project);
  } else if (error.error_class == ErrorClass::refused && error.hint.empty()) {
    error.hint =
        "the service does not accept the request: check project_code, project_id and "
        "exchange_url";
  }
  add_words(error, body);
  return error;
}

Error malformed(const ProjectConfig& project, const UpstreamReply& reply, const std::string& why) {
  Error error{ErrorClass::malformed, Stage::exchange,
              "cannot use the answer to " + described(project) + ": " + why,
              "check exchange_url, and whether a proxy or a sign-in page answered in its place"};
  error.http_status = reply.status;
  add_words(error, ReplyBody(reply));
  return error;
}

// The numbers that services write since the epoch are seconds, or milliseconds where that many
// seconds would be thousands of years away.
std::optional<WallTime> from_epoch(double count) {
  constexpr double kFirstMilliseconds = 1e11;
  if (!(count > 0 && count < 1e15)) return std::nullopt;
  const double since = count < kFirstMilliseconds ? count * 1000 : count;
  return WallTime(milliseconds(static_cast<std::int64_t>(since)));
}

std::optional<WallTime> named_expiration(const ReplyBody& body) {
  if (const auto count = body.number("Expiration")) return from_epoch(*count);
  return parse_rfc3339(body.text("Expiration"));
}

void set_times(Credentials& set, const ReplyBody& body, const UpstreamReply& reply,
               const RoundTrip& clocks) {
  set.received = clocks.received.wall;
  const auto named = named_expiration(body);
  const auto reading = clock_reading(reply, clocks);
  const WallTime latest = std::max(set.received, reading ? reading->date : set.received);
  set.expiration_named = named && *named <= latest + kLongestLife;
  set.expiration = set.expiration_named ? *named : clocks.sent.wall + kAssumedLife;
}

std::string first_unusable(const Credentials& set) {
  const std::array<std::pair<std::string, std::string_view>, 3> parts{
      {{"AccessKeyId", set.access_key_id},
       {"SecretAccessKey", set.secret_access_key.reveal()},
       {"SessionToken", set.session_token.reveal()}}};
  for (const auto& [key, value] : parts) {
    if (value.empty()) return "its " + key + " is missing or empty";
    if (!visible(value)) return "its " + key + " holds bytes that no credential has";
  }
  return {};
}

}  // namespace

std::string exchange_url(const ProjectConfig& project) {
  std::string url = project.exchange_url;
  if (url.empty()) url = explorer_shape(project) ? kExplorer : kDesigner;
  fill_in(url, "{project_id}", project.project_id);
  fill_in(url, "{project_code}", project.project_code);
  return url;
}

UpstreamRequest credentials_request(const ProjectConfig& project, const AccessToken& token) {
  UpstreamRequest request;
  request.url = exchange_url(project);
  request.headers = {{"Accept", "application/json"},
                     {"Content-Type", "application/json; charset=utf-8"}};
  if (!project.project_code.empty()) {
    request.headers.push_back({"ProjectCode", project.project_code});
  }
  if (!project.authorization_scheme.empty()) {
    request.authorization.append(project.authorization_scheme + " ");
  }
  request.authorization.append(token.value.reveal());
  return request;
}

Result<Credentials> read_credentials(const ProjectConfig& project, UpstreamReply reply,
                                     const RoundTrip& clocks) {
  if (reply.status < 200 || reply.status > 299) {
    return refusal(project, reply, clocks.received.wall);
  }
  ReplyBody body(reply);
  if (!body.is_object()) {
    return malformed(project, reply, std::string(body.kind()) + " where a JSON object should be");
  }
  Credentials set{std::string(body.text("AccessKeyId")), body.take("SecretAccessKey"),
                  body.take("SessionToken")};
  if (set.access_key_id.empty() && !body.error_code().empty()) {
    return refusal(project, reply, clocks.received.wall);
  }
  const std::string why = first_unusable(set);
  if (!why.empty()) return malformed(project, reply, why);
  set_times(set, body, reply, clocks);
  return set;
}

Error with_shape_hint(Error error, const ProjectConfig& project) {
  if (!explorer_shape(project)) return error;
  error.hint += (error.hint.empty() ? "" : "; ") + shape_hint(project);
  return error;
}

}  // namespace mdh
