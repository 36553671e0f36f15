#include "common/upstream/assertion.h"

#include <nlohmann/json.hpp>

#include "common/encoding.h"

namespace mdh {
namespace {

using Json = nlohmann::ordered_json;

// A name that is not UTF-8 must not throw here; upstream will say that it knows no such account.
std::string part(const Json& json) {
  return base64url_encode(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json claims(const AccountConfig& account, WallTime now, std::string_view jti) {
  const auto issued = std::chrono::floor<seconds>(now.time_since_epoch());
  return {{"iss", account.service_account},
          {"sub", account.service_account},
          {"aud", account.audience},
          {"exp", (issued + account.assertion_lifetime).count()},
          {"jti", jti}};
}

}  // namespace

std::string assertion_input(const AccountConfig& account, WallTime now, std::string_view jti) {
  const Json header = {{"alg", "RS256"}, {"typ", account.assertion_type}};
  return part(header) + "." + part(claims(account, now, jti));
}

Assertion signed_assertion(std::string input, std::string_view signature) {
  input += "." + base64url_encode(signature);
  return Assertion{Secret::take(input)};
}

}  // namespace mdh
