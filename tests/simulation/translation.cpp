#include "tests/simulation/translation.h"

#include <algorithm>

namespace mdh::simulation {
namespace {

Error failure(ErrorClass error_class, const Answer& answer, const char* message) {
  Error error;
  error.error_class = error_class;
  error.message = message;
  error.http_status = answer.status;
  error.retry_after = answer.retry_after;
  if (answer.status == 400) error.oauth_error = "invalid_client";
  return error;
}

AccessTokenPtr token_of(const Answer& answer, Now now) {
  auto token = std::make_shared<AccessToken>();
  token->value = Secret("t");
  token->usable_until = now.boot + std::max(answer.lasts - seconds(30), seconds(0));
  return token;
}

CredentialsPtr set_of(const Answer& answer, Now now) {
  auto set = std::make_shared<Credentials>();
  set->access_key_id = "A";
  set->secret_access_key = Secret("s");
  set->session_token = Secret("t");
  set->expiration = kStart + answer.expiration;
  set->received = now.wall;
  return set;
}

}  // namespace

Result<CallResult> outcome_of(const Answer& answer, UpstreamCall::Kind kind, Now now) {
  if (kind == UpstreamCall::Kind::clock) return CallResult(AccessTokenPtr());
  if (answer.status == 0) return failure(ErrorClass::unreachable, answer, "no answer");
  if (answer.status >= 500) return failure(ErrorClass::unreachable, answer, "server error");
  if (answer.status == 429) return failure(ErrorClass::throttled, answer, "too many requests");
  if (answer.garbage) return failure(ErrorClass::malformed, answer, "no JSON");
  if (answer.status >= 400) return failure(ErrorClass::refused, answer, "refused");
  if (kind == UpstreamCall::Kind::token) return CallResult(token_of(answer, now));
  return CallResult(set_of(answer, now));
}

}  // namespace mdh::simulation
