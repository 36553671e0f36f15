#include "common/refresh/schedule.h"

#include <algorithm>
#include <chrono>
#include <tuple>

namespace mdh {
namespace {

template <typename Schedules, typename Use>
void each_flight(Schedules& schedule, Use use) {
  for (auto& account : schedule.accounts) {
    if (account.flight) use(*account.flight);
    for (auto& flight : account.clock.away) use(flight);
    for (auto& project : account.projects) {
      if (project.flight) use(*project.flight);
    }
  }
}

// Nothing: a call's end will set it going, not the clock.
std::optional<BootTime> next_start(const AccountSchedule& account, const ProjectSchedule& project,
                                   BootTime now) {
  if (project.flight) return std::nullopt;
  const BootTime next = next_attempt(account, project, now);
  if (account.flight && !token_usable(account, next)) return std::nullopt;
  return next;
}

}  // namespace

milliseconds left(const State& state, const ProjectSchedule& project, Now now) {
  const ProfileState& profile = state.profiles[project.profile];
  if (!profile.credentials) return milliseconds(0);
  return std::max(life_left(profile.life, now), milliseconds(0));
}

bool token_usable(const AccountSchedule& account, BootTime moment) {
  return account.token && (account.token_once || moment < account.token->usable_until);
}

std::size_t exchanges_in_flight(const AccountSchedule& account) {
  return static_cast<std::size_t>(
      std::count_if(account.projects.begin(), account.projects.end(),
                    [](const ProjectSchedule& project) { return project.flight.has_value(); }));
}

std::vector<ProjectSchedule*> due_projects(AccountSchedule& account, BootTime now) {
  std::vector<ProjectSchedule*> due;
  for (ProjectSchedule& project : account.projects) {
    if (!project.flight && project.plan.due <= now) due.push_back(&project);
  }
  const auto rank = [](const ProjectSchedule* project) {
    return std::tuple(project->plan.failures > 0, project->plan.due);
  };
  std::stable_sort(due.begin(), due.end(),
                   [&](const auto* one, const auto* other) { return rank(one) < rank(other); });
  return due;
}

BootTime next_moment(const Schedule& schedule, BootTime now) {
  BootTime next = BootTime::max();
  each_flight(schedule, [&](const Flight& flight) {
    if (flight.patience > now) next = std::min(next, flight.patience);
  });
  for (const AccountSchedule& account : schedule.accounts) {
    if (account.clock.doubt_from && account.clock.away.empty()) next = std::min(next, now);
    if (!account.clock.away.empty() || exchanges_in_flight(account) >= kMostExchanges) continue;
    for (const ProjectSchedule& project : account.projects) {
      next = std::min(next, next_start(account, project, now).value_or(BootTime::max()));
    }
  }
  return next;
}

BootTime next_attempt(const AccountSchedule& account, const ProjectSchedule& project,
                      BootTime now) {
  const BootTime due = std::max(project.plan.due, now);
  return token_usable(account, due) ? due : std::max(due, account.plan.due);
}

void show_next_attempts(Schedule& schedule, Now now) {
  constexpr milliseconds kVisible{500};
  for (const AccountSchedule& account : schedule.accounts) {
    for (const ProjectSchedule& project : account.projects) {
      const WallTime next = now.wall + (next_attempt(account, project, now.boot) - now.boot);
      auto& shown = schedule.state.profiles[project.profile].next_attempt_at;
      if (!shown || std::chrono::abs(*shown - next) > kVisible) shown = next;
    }
  }
}

void judge_stuck(Schedule& schedule, BootTime now) {
  schedule.state.stuck = false;
  each_flight(schedule, [&](const Flight& flight) {
    if (flight.patience <= now) schedule.state.stuck = true;
  });
}

void extend_patience(Schedule& schedule, BootTime now) {
  each_flight(schedule, [&](Flight& flight) { flight.patience = now + kPatience; });
}

}  // namespace mdh
