#include "common/refresh/call_end.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/refresh/clock_watch.h"
#include "common/refresh/nudge.h"
#include "common/result.h"
#include "common/state/history.h"

namespace mdh {
namespace {

constexpr seconds kYoungToken{60};

bool access_refused(const Error& error) {
  return error.http_status == 401 || error.http_status == 403;
}

// Until the project's set is no longer served; nothing when it is not any more.
std::optional<milliseconds> served_for(const State& state, const ProjectSchedule& project,
                                       Now now) {
  const ProfileState& profile = state.profiles[project.profile];
  if (!servable(profile, now)) return std::nullopt;
  return std::max(mdh::served_for(profile.life, now), milliseconds(1));
}

// The most urgent of the projects that wait for the token decides how soon it is asked for again.
std::optional<milliseconds> shortest(const State& state,
                                     const std::vector<ProjectSchedule*>& projects, Now now) {
  std::optional<milliseconds> least;
  for (const ProjectSchedule* project : projects) {
    const auto rest = served_for(state, *project, now);
    if (rest && (!least || *rest < *least)) least = rest;
  }
  return least;
}

Ending end_attempt(ProjectSchedule& project, const CallTimes& times) {
  const BootTime begun = project.begun.value_or(times.sent.boot);
  project.begun.reset();
  return {times.now.wall, std::max(times.now.boot - begun, milliseconds(0))};
}

std::string life_warning(milliseconds life) {
  if (life >= kShortLife) return {};
  return "credentials of this project live only " +
         std::to_string(std::chrono::floor<seconds>(life).count()) +
         " s, which is too short: under 900 s clients may see gaps";
}

// Served empty or dead keys are the field's commonest bug, so the last door checks once more.
Done fit(const Credentials& set, const std::optional<SetLife>& life, Now now) {
  Error error{.error_class = ErrorClass::malformed,
              .stage = Stage::exchange,
              .message = "upstream issued credentials "};
  if (set.access_key_id.empty() || set.secret_access_key.empty() || set.session_token.empty()) {
    error.message += "with an empty field";
    return error;
  }
  if (life && still_served(*life, now)) return done();
  error.message += "that expired at " + format_rfc3339(set.expiration);
  error.hint = "see whether the clock of this machine is right; if it is, the service is at fault";
  return error;
}

void fail_project(Schedule& schedule, ProjectSchedule& project, const Error& error,
                  const CallTimes& times) {
  project.plan = after_failure(
      project.plan,
      {error, times.sent.boot, times.now.boot, served_for(schedule.state, project, times.now)},
      project.jitter.draw());
  note_failure(schedule.state, schedule.state.profiles[project.profile], error,
               end_attempt(project, times));
}

// Only where two clocks bear it out; the next attempt then signs by upstream's time.
std::string clock_hint(const AccountState& account, Now now) {
  const auto off = skew(account, now);
  if (!off || std::chrono::abs(*off) <= kSkewWorthTelling) return {};
  const auto size = std::chrono::abs(std::chrono::round<seconds>(*off));
  return "the clock of this machine is " + spoken_duration(size) +
         (off->count() > 0 ? " slow" : " fast") + ": set it right; ";
}

Error denied(Error error) {
  error.message = "access denied to this project, with a fresh access token too: " + error.message;
  return error;
}

}  // namespace

void take_token(AccountSchedule& account, AccessTokenPtr token, Now now) {
  account.plan = {};
  account.token_once = token->usable_until <= now.boot;
  account.token_received = now.boot;
  account.token = std::move(token);
}

void token_failed(Schedule& schedule, AccountSchedule& account, Error error,
                  const CallTimes& times) {
  const Now now = times.now;
  const auto index = static_cast<std::size_t>(&account - schedule.accounts.data());
  if (error.oauth_error == "invalid_client") {
    account.sign_by_upstream = true;
    error.hint = clock_hint(schedule.state.accounts[index], now) + error.hint;
  }
  const auto waiting = due_projects(account, now.boot);
  account.plan = after_failure(
      account.plan, {error, times.sent.boot, now.boot, shortest(schedule.state, waiting, now)},
      account.jitter.draw());
  for (ProjectSchedule* project : waiting) {
    note_failure(schedule.state, schedule.state.profiles[project->profile], error,
                 end_attempt(*project, times));
  }
}

void take_set(Schedule& schedule, AccountSchedule& account, ProjectSchedule& project,
              CredentialsPtr set, const CallTimes& times) {
  State& state = schedule.state;
  ProfileState& profile = state.profiles[project.profile];
  project.refreshed_from = project.begun.value_or(times.sent.boot);
  const ClockEvidence evidence =
      evidence_of(state.accounts[profile.account], account, project.refreshed_from);
  const auto life = judged_life(*set, times.sent, evidence);
  if (const Done usable = fit(*set, life, times.now); !usable) {
    Error error = usable.error();
    error.message += " for profile " + profile.name;
    return exchange_failed(schedule, account, project, {error, nullptr}, times);
  }
  const milliseconds whole = received_life(*life);
  profile.life = *life;
  project.token_renewed = false;
  project.plan =
      after_success({whole, life_left(*life, times.now)}, times.now.boot, project.jitter.draw());
  profile.warning = life_warning(whole);
  note_success(state, profile, std::move(set), end_attempt(project, times));
}

void exchange_failed(Schedule& schedule, AccountSchedule& account, ProjectSchedule& project,
                     const FailedExchange& failed, const CallTimes& times) {
  const Error& error = failed.error;
  if (error.error_class != ErrorClass::refused) {
    return fail_project(schedule, project, error, times);
  }
  const bool first = !project.token_renewed;
  const bool old = times.now.boot - account.token_received > kYoungToken;
  const bool suspect = first || (error.http_status == 401 && old);
  if (suspect && account.token == failed.presented) account.token.reset();
  if (first) {
    project.token_renewed = true;
    project.plan.refusals += 1;
    project.plan.due = times.now.boot;
    return;
  }
  fail_project(schedule, project, access_refused(error) ? denied(error) : error, times);
}

}  // namespace mdh
