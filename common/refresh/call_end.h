// What a call's end means for the accounts and projects concerned: a token or a set is taken in,
// a failure is counted and its backoff drawn. Changes the schedule and its State; sends nothing.
#pragma once

#include "common/credentials.h"
#include "common/error.h"
#include "common/refresh/schedule.h"

namespace mdh {

// CallTimes is when a call was sent, and when its end is looked at.
struct CallTimes {
  Now sent{};
  Now now{};
};

// take_token() makes the token the account's.
void take_token(AccountSchedule& account, AccessTokenPtr token, Now now);
// token_failed() is a failed attempt of every project that waits for the token.
void token_failed(Schedule& schedule, AccountSchedule& account, Error error,
                  const CallTimes& times);
// take_set() makes the set the project's, or fails when it is none that could be served.
void take_set(Schedule& schedule, AccountSchedule& account, ProjectSchedule& project,
              CredentialsPtr set, const CallTimes& times);
// FailedExchange is an exchange that failed, and the token that it had presented.
struct FailedExchange {
  Error error;
  AccessTokenPtr presented;
};
// exchange_failed() counts a failure of this project alone; the first refusal in a row is instead
// answered with a fresh token, at once.
void exchange_failed(Schedule& schedule, AccountSchedule& account, ProjectSchedule& project,
                     const FailedExchange& failed, const CallTimes& times);

}  // namespace mdh
