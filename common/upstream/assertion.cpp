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

Result<Assertion> make_assertion(const AccountConfig& account, const SigningKey& key, WallTime now,
                                 std::string_view jti) {
  const Json header = {{"alg", "RS256"}, {"typ", account.assertion_type}};
  std::string compact = part(header) + "." + part(claims(account, now, jti));
  const std::string signature = key.sign(compact);
  if (signature.empty()) {
    return Error{ErrorClass::config, Stage::key,
                 "cannot sign with the private key of account " + account.name +
                     ": its numbers do not belong together",
                 "copy the key again as a whole, or create a new one in MyDataHelps Designer"};
  }
  compact += "." + base64url_encode(signature);
  return Assertion{Secret::take(compact)};
}

}  // namespace mdh
