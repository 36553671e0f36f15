#include "common/refresh/nudge.h"

#include <algorithm>
#include <chrono>

namespace mdh {
namespace {

constexpr int kMostAllowance = 5;
constexpr seconds kRefill{30};
constexpr seconds kSpread{1};  // with the turn that follows, begun within the 2 s promised
constexpr seconds kBetweenWishes{10};
// Requests that found no set: back within 2 s of the service's return while somebody asks. Where
// the service itself said no, or the key is not to be had, a person must act or it asks for peace.
constexpr seconds kBetweenMisses{1};
constexpr seconds kBetweenRefusals{10};
constexpr milliseconds kMissSpread{500};

bool spend(NudgeBudget& budget, BootTime now) {
  const auto earned = (now - budget.refilled) / kRefill;
  if (budget.allowance + earned >= kMostAllowance)
    budget.refilled = now;
  else
    budget.refilled += earned * kRefill;
  budget.allowance =
      static_cast<int>(std::min<decltype(earned)>(kMostAllowance, budget.allowance + earned));
  if (budget.allowance == 0) return false;
  budget.allowance -= 1;
  return true;
}

milliseconds drawn(Jitter& jitter, milliseconds most) {
  const auto spread = static_cast<double>(most.count()) * jitter.draw();
  return milliseconds(static_cast<milliseconds::rep>(spread));
}

BootTime soon(Jitter& jitter, BootTime now) {
  return now + drawn(jitter, kSpread);
}

seconds between_misses(const ProfileState& profile) {
  if (!profile.last_failure) return kBetweenMisses;
  const ErrorClass why = profile.last_failure->error.error_class;
  const bool away = why == ErrorClass::unreachable || why == ErrorClass::malformed;
  return away ? kBetweenMisses : kBetweenRefusals;
}

struct Found {
  AccountSchedule* account = nullptr;
  ProjectSchedule* project = nullptr;  // null: no such profile
};
Found find_project(Schedule& schedule, std::string_view profile) {
  for (AccountSchedule& account : schedule.accounts) {
    for (ProjectSchedule& project : account.projects) {
      if (schedule.state.profiles[project.profile].name == profile) return {&account, &project};
    }
  }
  return {};
}

void bring_forward(RefreshPlan& plan, BootTime moment) {
  if (plan.due > moment) plan = brought_forward(plan, moment);
}

void follow(const Schedule& schedule, ProjectSchedule& project, Now now) {
  if (project.flight || !schedule.state.profiles[project.profile].credentials) return;
  const SetLife& life = schedule.state.profiles[project.profile].life;
  const milliseconds spare = life_left(life, now) - lead_time(received_life(life));
  const BootTime latest = now.boot + std::max(spare, milliseconds(0));
  if (project.plan.due <= latest || project.plan.failures > 0) return;
  bring_forward(project.plan, latest + (soon(project.jitter, now.boot) - now.boot));
}

void nudge(const Schedule& schedule, AccountSchedule& account, Nudge what, Now now) {
  const BootTime moment = soon(account.jitter, now.boot);
  if (account.plan.failures > 0) bring_forward(account.plan, moment);
  for (ProjectSchedule& project : account.projects) {
    const BootTime own = soon(project.jitter, now.boot);
    const bool wanted = project.plan.failures > 0 || what == Nudge::renew;
    if (!project.flight && wanted) bring_forward(project.plan, own);
  }
  follow_clock(schedule, account, now);
}

seconds wait_until(BootTime moment, BootTime now) {
  return std::chrono::ceil<seconds>(moment - now);
}

}  // namespace

bool nudge_all(Schedule& schedule, NudgeBudget& budget, Nudge what, Now now) {
  if (budget.renewal) what = Nudge::renew;
  budget.renewal = what == Nudge::renew;
  if (!spend(budget, now.boot)) {
    budget.postponed = budget.refilled + kRefill;
    return false;
  }
  budget.postponed.reset();
  budget.renewal = false;
  for (AccountSchedule& account : schedule.accounts) nudge(schedule, account, what, now);
  return true;
}

void follow_clock(const Schedule& schedule, AccountSchedule& account, Now now) {
  for (ProjectSchedule& project : account.projects) follow(schedule, project, now);
}

void renew_key(const Schedule& schedule, AccountSchedule& account, Now now) {
  account.token.reset();
  account.sign_by_upstream = false;
  if (account.flight) account.flight->outdated = true;
  nudge(schedule, account, Nudge::retry, now);
  account.plan.failures = account.plan.refusals = 0;
  for (ProjectSchedule& project : account.projects) {
    project.plan.failures = project.plan.refusals = 0;
    project.token_renewed = false;
  }
}

bool follow_miss(Schedule& schedule, std::string_view profile, Now now) {
  const auto [account, project] = find_project(schedule, profile);
  if (project == nullptr) return false;
  const ProfileState& state = schedule.state.profiles[project->profile];
  // The project waits for its own moment, and where the account has no token for that one, too.
  RefreshPlan& held = token_usable(*account, now.boot) ? project->plan : account->plan;
  const bool coming = project->flight || account->flight || held.missed > now.boot;
  if (coming || servable(state, now)) return false;
  const BootTime moment =
      std::max(now.boot, held.missed + between_misses(state)) + drawn(project->jitter, kMissSpread);
  if (std::max(held.due, project->plan.due) <= moment) return false;
  bring_forward(project->plan, moment);
  bring_forward(held, moment);
  held.missed = std::max(held.due, project->plan.due);
  return true;
}

RefreshAnswer refresh_on_demand(Schedule& schedule, std::string_view profile, BootTime now) {
  const auto [account, project] = find_project(schedule, profile);
  if (project == nullptr) return {};
  BootTime earliest = project->plan.not_before;
  if (!token_usable(*account, now)) earliest = std::max(earliest, account->plan.not_before);
  if (project->wished) earliest = std::max(earliest, *project->wished + kBetweenWishes);
  if (earliest > now) return {false, wait_until(earliest, now)};
  project->wished = now;
  if (project->flight) return {true, seconds(0)};
  bring_forward(project->plan, now);
  bring_forward(account->plan, now);
  return {true, seconds(0)};
}

}  // namespace mdh
