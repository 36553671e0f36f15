#include "common/upstream/token_exchange.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "common/ascii.h"
#include "common/encoding.h"
#include "common/upstream/reply_body.h"
#include "common/upstream/reply_error.h"

namespace mdh {
namespace {

constexpr seconds kMargin{30};
constexpr seconds kLongestLife{30 * 86400};
constexpr const char* kTheirFault =
    "nothing can be done here: the service has a fault of its own; attempts go on";

std::string described(const AccountConfig& account) {
  return "the token request of account " + account.name + " to " + host_of(account.token_url);
}

std::string hint_for(const AccountConfig& account, const std::string& code) {
  if (code == "invalid_client") {
    return "see whether the service account's name " + account.service_account +
           " is spelt right, whether the private key is one of its keys, and whether audience is "
           "what the service expects (the token URL)";
  }
  if (code == "invalid_scope" || code == "unauthorized_client") {
    return "the service account exists but may not use the API: ask whoever manages it in "
           "MyDataHelps Designer";
  }
  return "the service does not accept the request's form: check token_url and assertion_type";
}

// A fault of the service's own is no refusal, though RFC 6749 section 4.1.2.1 tells it in the same
// way.
ErrorClass class_of(const std::string& oauth_error) {
  const bool ill = oauth_error == "server_error" || oauth_error == "temporarily_unavailable";
  return ill ? ErrorClass::unreachable : ErrorClass::refused;
}

void explain(Error& error, const AccountConfig& account) {
  if (!error.oauth_error.empty()) {
    error.hint = hint_for(account, error.oauth_error);
  } else if (error.hint.empty()) {
    error.hint =
        "the answer is not a token service's: check token_url, and whether a proxy or "
        "firewall answered in its place";
  }
}

// Some services and gateways say no with 200.
Error refusal(const AccountConfig& account, const UpstreamReply& reply, WallTime now) {
  Error error = reply_error(Stage::token, described(account), reply, now);
  const ReplyBody body(reply);
  const std::string code = body.error_code();
  if (!code.empty()) error.message += " " + code;
  if (!code.empty() && reply.status < 300) error.error_class = class_of(code);
  if (error.error_class == ErrorClass::unreachable && error.hint.empty()) error.hint = kTheirFault;
  add_words(error, body);
  if (error.error_class != ErrorClass::refused) return error;
  error.oauth_error = code;
  explain(error, account);
  return error;
}

Error malformed(const AccountConfig& account, const UpstreamReply& reply, const std::string& why) {
  Error error{ErrorClass::malformed, Stage::token,
              "cannot use the answer to " + described(account) + ": " + why,
              "check token_url, and whether a proxy or a sign-in page answered in its place"};
  error.http_status = reply.status;
  add_words(error, ReplyBody(reply));
  return error;
}

// RFC 6749 section 5.1 has a number; some services put it in quotes.
std::optional<double> expires_in(const ReplyBody& body) {
  if (const auto number = body.number("expires_in")) return number;
  const std::string_view text = trimmed(body.text("expires_in"));
  std::int64_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return static_cast<double>(count);
}

std::optional<seconds> life(const ReplyBody& body) {
  const double count = expires_in(body).value_or(0);
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
  ReplyBody body(reply);
  if (!body.is_object()) {
    return malformed(account, reply, std::string(body.kind()) + " where a JSON object should be");
  }
  AccessToken issued{body.take("access_token")};
  if (issued.value.empty()) {
    if (!body.error_code().empty()) return refusal(account, reply, clocks.received.wall);
    return malformed(account, reply, "it holds no access_token");
  }
  if (!visible(issued.value.reveal())) {
    return malformed(account, reply, "its access_token is not printable");
  }
  // RFC 6749 leaves expires_in out where the life is known otherwise; here it is not.
  issued.usable_until =
      clocks.sent.boot + std::max(seconds(0), life(body).value_or(kMargin) - kMargin);
  return issued;
}

}  // namespace mdh
