#include "common/upstream/token_exchange.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/encoding.h"
#include "common/upstream/reply_error.h"

namespace mdh {
namespace {

using nlohmann::json;

constexpr seconds kMargin{30};
constexpr seconds kLongestLife{30 * 86400};

std::string described(const AccountConfig& account) {
  return "the token request of account " + account.name + " to " + host_of(account.token_url);
}

std::string clock_hint(const std::string& off) {
  return off.empty() ? std::string{} : "the clock of this machine is " + off + ": set it right; ";
}

std::string hint_for(const AccountConfig& account, const std::string& code,
                     const std::string& clock_off) {
  if (code == "invalid_client") {
    return clock_hint(clock_off) + "see whether the service account's name " +
           account.service_account +
           " is spelt right, whether the private key is one of its keys, and whether audience is "
           "what the service expects (the token URL)";
  }
  if (code == "invalid_scope" || code == "unauthorized_client") {
    return "the service account exists but may not use the API: ask whoever manages it in "
           "MyDataHelps Designer";
  }
  return "the service does not accept the request's form: check token_url and assertion_type";
}

// The `error` of RFC 6749 section 5.2, when it is one.
std::string oauth_code(const UpstreamReply& reply) {
  const json body = json::parse(reply.body.reveal(), nullptr, false);
  if (!body.is_object()) return {};
  const auto code = body.find("error");
  if (code == body.end() || !code->is_string()) return {};
  const auto& text = code->get_ref<const std::string&>();
  return visible(text) && text.size() <= 64 ? text : std::string{};
}

Error refusal(const AccountConfig& account, const UpstreamReply& reply, WallTime now) {
  Error error = reply_error(Stage::token, described(account), reply, now);
  if (error.error_class != ErrorClass::refused) return error;
  error.oauth_error = oauth_code(reply);
  if (!error.oauth_error.empty()) {
    error.message += " " + error.oauth_error;
    error.hint = hint_for(account, error.oauth_error, clock_words(reply, now));
  } else if (error.hint.empty()) {
    error.hint = clock_hint(clock_words(reply, now)) +
                 "the answer is not a token service's: check token_url, and whether a proxy or "
                 "firewall answered in its place";
  }
  return error;
}

Error malformed(const AccountConfig& account, const UpstreamReply& reply, const std::string& why) {
  Error error{ErrorClass::malformed, Stage::token,
              "cannot use the answer to " + described(account) + ": " + why,
              "check token_url, and whether a proxy or a sign-in page answered in its place"};
  error.http_status = reply.status;
  return error;
}

std::optional<seconds> life(const json& body) {
  const auto named = body.find("expires_in");
  if (named == body.end() || !named->is_number()) return std::nullopt;
  const auto count = named->get<double>();
  if (!(count >= 1)) return std::nullopt;
  return seconds(
      static_cast<std::int64_t>(std::min(count, static_cast<double>(kLongestLife.count()))));
}

}  // namespace

UpstreamRequest token_request(const AccountConfig& account, const Assertion& assertion) {
  UpstreamRequest request;
  request.url = account.token_url;
  request.headers = {{"Accept", "application/json"},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body.append("scope=api&grant_type=client_credentials&client_assertion_type=");
  request.body.append(percent_encode("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
  // base64url and dots need no escape.
  request.body.append("&client_assertion=");
  request.body.append(assertion.compact.reveal());
  return request;
}

Result<AccessToken> read_token(const AccountConfig& account, UpstreamReply reply,
                               const RoundTrip& clocks) {
  if (reply.status < 200 || reply.status > 299) {
    return refusal(account, reply, clocks.received.wall);
  }
  json body = json::parse(reply.body.reveal(), nullptr, false);
  if (!body.is_object()) {
    return malformed(account, reply,
                     std::string(described_body(reply)) + " where a JSON object should be");
  }
  const auto token = body.find("access_token");
  if (token == body.end() || !token->is_string()) {
    return malformed(account, reply, "it holds no access_token");
  }
  AccessToken issued{Secret::take(token->get_ref<std::string&>())};
  if (!visible(issued.value.reveal())) {
    return malformed(account, reply, "its access_token is empty or not printable");
  }
  // RFC 6749 leaves expires_in out where the life is known otherwise; here it is not.
  issued.usable_until =
      clocks.sent.boot + std::max(seconds(0), life(body).value_or(kMargin) - kMargin);
  return issued;
}

}  // namespace mdh
