#include "common/refresh/nudge.h"

#include <algorithm>
#include <chrono>

namespace mdh {
namespace {

constexpr int kMostAllowance = 5;
constexpr seconds kRefill{30};
constexpr seconds kSpread{1};  // with the turn that follows, begun within the 2 s promised
constexpr seconds kBetweenWishes{10};

bool spend(Haste& haste, BootTime now) {
  const auto earned = (now - haste.refilled) / kRefill;
  if (haste.allowance + earned >= kMostAllowance)
    haste.refilled = now;
  else
    haste.refilled += earned * kRefill;
  haste.allowance =
      static_cast<int>(std::min<decltype(earned)>(kMostAllowance, haste.allowance + earned));
  if (haste.allowance == 0) return false;
  haste.allowance -= 1;
  return true;
}

BootTime soon(Jitter& jitter, BootTime now) {
  const auto spread = static_cast<double>(milliseconds(kSpread).count()) * jitter.draw();
  return now + milliseconds(static_cast<milliseconds::rep>(spread));
}

void bring_forward(Rotation& rotation, BootTime moment) {
  if (rotation.due > moment) rotation = hurried(rotation, moment);
}

void follow(const Schedule& schedule, ProjectSchedule& project, Now now) {
  if (project.flight || !schedule.state.profiles[project.profile].credentials) return;
  const milliseconds spare = left(schedule.state, project, now) - lead_time(project.life);
  const BootTime latest = now.boot + std::max(spare, milliseconds(0));
  if (project.rotation.due <= latest || project.rotation.failures > 0) return;
  bring_forward(project.rotation, latest + (soon(project.jitter, now.boot) - now.boot));
}

void hurry(const Schedule& schedule, AccountSchedule& account, Now now) {
  const BootTime moment = soon(account.jitter, now.boot);
  if (account.rotation.failures > 0) bring_forward(account.rotation, moment);
  for (ProjectSchedule& project : account.projects) {
    const BootTime own = soon(project.jitter, now.boot);
    if (!project.flight && project.rotation.failures > 0) bring_forward(project.rotation, own);
  }
  follow_clock(schedule, account, now);
}

seconds wait_until(BootTime moment, BootTime now) {
  return std::chrono::ceil<seconds>(moment - now);
}

}  // namespace

bool hurry_all(Schedule& schedule, Haste& haste, Now now) {
  if (!spend(haste, now.boot)) {
    haste.postponed = haste.refilled + kRefill;
    return false;
  }
  haste.postponed.reset();
  for (AccountSchedule& account : schedule.accounts) hurry(schedule, account, now);
  return true;
}

void follow_clock(const Schedule& schedule, AccountSchedule& account, Now now) {
  for (ProjectSchedule& project : account.projects) follow(schedule, project, now);
}

void renew_key(const Schedule& schedule, AccountSchedule& account, Now now) {
  account.token.reset();
  account.sign_by_upstream = false;
  if (account.flight) account.flight->outdated = true;
  hurry(schedule, account, now);
  account.rotation.failures = account.rotation.refusals = 0;
  for (ProjectSchedule& project : account.projects) {
    project.rotation.failures = project.rotation.refusals = 0;
    project.token_renewed = false;
  }
}

RefreshAnswer grant_wish(AccountSchedule& account, ProjectSchedule& project, BootTime now) {
  BootTime earliest = project.rotation.not_before;
  if (!token_usable(account, now)) earliest = std::max(earliest, account.rotation.not_before);
  if (project.wished) earliest = std::max(earliest, *project.wished + kBetweenWishes);
  if (earliest > now) return {false, wait_until(earliest, now)};
  project.wished = now;
  if (project.flight) return {true, seconds(0)};
  bring_forward(project.rotation, now);
  bring_forward(account.rotation, now);
  return {true, seconds(0)};
}

}  // namespace mdh
