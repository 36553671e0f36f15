#include "common/refresh/carry_over.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "common/refresh/nudge.h"

namespace mdh {
namespace {

bool same_upstream(const AccountConfig& left, const AccountConfig& right) {
  return std::tie(left.service_account, left.token_url, left.audience) ==
         std::tie(right.service_account, right.token_url, right.audience);
}

bool same_signature(const AccountConfig& left, const AccountConfig& right) {
  return std::tie(left.private_key, left.agent_socket, left.assertion_lifetime,
                  left.assertion_type) == std::tie(right.private_key, right.agent_socket,
                                                   right.assertion_lifetime, right.assertion_type);
}

// A predecessor's project, while nobody has taken it over.
struct Previous {
  ProjectSchedule* project;
  ProfileState* profile;
  bool taken = false;
};

std::vector<Previous> previous_projects(Schedule& before) {
  std::vector<Previous> all;
  for (AccountSchedule& account : before.accounts) {
    for (ProjectSchedule& project : account.projects) {
      all.push_back({&project, &before.state.profiles[project.profile]});
    }
  }
  return all;
}

void take_project(Previous& previous, ProjectSchedule& successor, ProfileState& profile) {
  previous.taken = true;
  ProjectSchedule taken = std::move(*previous.project);
  taken.project = successor.project;
  taken.profile = successor.profile;
  successor = std::move(taken);
  ProfileState state = std::move(*previous.profile);
  state.region = profile.region;
  state.athena = profile.athena;
  state.account = profile.account;
  if (state.name != profile.name) {  // renamed: its file and its counts were another's
    state.name = profile.name;
    state.file = profile.file;
    state.outcomes.clear();
  }
  profile = std::move(state);
}

// The same name first, so that two profiles of one project do not swap their histories.
void take_projects(std::vector<Previous>& previous_projects, Schedule& after, bool same_name) {
  for (AccountSchedule& account : after.accounts) {
    for (ProjectSchedule& successor : account.projects) {
      ProfileState& profile = after.state.profiles[successor.profile];
      const auto found = std::find_if(
          previous_projects.begin(), previous_projects.end(), [&](const Previous& previous) {
            return !previous.taken && previous.project->identity == successor.identity &&
                   (!same_name || previous.profile->name == profile.name);
          });
      if (found != previous_projects.end() && profile.attempts.empty() && !profile.credentials) {
        take_project(*found, successor, profile);
      }
    }
  }
}

bool named(const Schedule& schedule, const std::string& account) {
  return std::any_of(schedule.accounts.begin(), schedule.accounts.end(),
                     [&](const AccountSchedule& one) { return one.config->name == account; });
}

// Each has one successor at most: a flight ends once. One without a configuration has its
// successor.
AccountSchedule* predecessor(Schedule& before, const Schedule& after,
                             const AccountConfig& successor) {
  AccountSchedule* renamed = nullptr;
  for (AccountSchedule& one : before.accounts) {
    if (!one.config || !same_upstream(*one.config, successor)) continue;
    if (one.config->name == successor.name) return &one;
    if (!renamed && !named(after, one.config->name)) renamed = &one;
  }
  return renamed;
}

void take_account(AccountSchedule& from, AccountSchedule& successor, Schedule& after, Now now) {
  const auto before = std::exchange(from.config, nullptr);
  auto config = std::move(successor.config);
  auto projects = std::move(successor.projects);
  successor = std::move(from);
  successor.config = std::move(config);
  successor.projects = std::move(projects);
  if (!same_signature(*before, *successor.config)) renew_key(after, successor, now);
}

// How well a snapshot's entry fits a profile: 0 not at all, 2 with the name too.
int fit(const SnapshotEntry& entry, const ProjectSchedule& project, const ProfileState& profile) {
  if (entry.identity != project.identity || !entry.credentials) return 0;
  return entry.profile == profile.name ? 2 : 1;
}

const SnapshotEntry* best_entry(const Snapshot& snapshot, const ProjectSchedule& project,
                                const ProfileState& profile) {
  const SnapshotEntry* best = nullptr;
  for (const SnapshotEntry& entry : snapshot.entries) {
    if (fit(entry, project, profile) > (best ? fit(*best, project, profile) : 0)) best = &entry;
  }
  return best;
}

bool adopt_set(Schedule& schedule, ProjectSchedule& project, const SnapshotEntry& entry, Now now) {
  ProfileState& profile = schedule.state.profiles[project.profile];
  if (profile.credentials) return false;
  if (!still_served(entry.life, now)) return false;
  profile.credentials = entry.credentials;
  profile.life = entry.life;
  profile.refreshed_at = entry.refreshed_at;
  profile.attempted = true;  // by the process that left it
  const Life life{received_life(entry.life), life_left(entry.life, now)};
  project.plan = after_restart(life, now.boot, project.jitter.draw());
  return true;
}

void adopt_clocks(Schedule& schedule, const Snapshot& snapshot) {
  for (std::size_t i = 0; i < schedule.accounts.size(); ++i) {
    auto& known = schedule.state.accounts[i].upstream_since_boot;
    const std::string identity = account_identity(*schedule.accounts[i].config);
    for (const SnapshotAccount& account : snapshot.accounts) {
      if (!known && account.identity == identity) known = account.upstream_since_boot;
    }
    schedule.accounts[i].clock.baseline = known;
  }
}

void add_account(Schedule& schedule, const AccountConfig& config, bool writes_file, Now now) {
  AccountSchedule account;
  account.config = std::make_shared<const AccountConfig>(config);
  account.jitter = Jitter(schedule.jitter_seed, config.name);
  for (std::size_t i = 0; i < config.projects.size(); ++i) {
    const ProjectConfig& project = config.projects[i];
    ProjectSchedule added;
    added.project = i;
    added.profile = schedule.state.profiles.size();
    added.identity = project_identity(config, project);
    added.jitter = Jitter(schedule.jitter_seed, added.identity + project.profile);
    added.plan.due = now.boot;
    account.projects.push_back(std::move(added));
    ProfileState profile;
    profile.name = project.profile;
    profile.region = project.region;
    profile.athena = project.athena;
    profile.account = schedule.accounts.size();
    profile.file = unheard_file(writes_file);
    schedule.state.profiles.push_back(std::move(profile));
  }
  schedule.state.accounts.push_back({config.name, std::nullopt});
  schedule.accounts.push_back(std::move(account));
}

}  // namespace

Schedule new_schedule(const Config& config, std::uint64_t jitter_seed, Now now) {
  Schedule schedule;
  schedule.jitter_seed = jitter_seed;
  schedule.state.started = now.boot;
  schedule.state.config_read = now.wall;
  for (const AccountConfig& account : config.accounts)
    add_account(schedule, account, config.profile_file.enabled, now);
  show_next_attempts(schedule, now);
  return schedule;
}

Schedule carry_over(Schedule before, const Config& config, Now now) {
  Schedule after = new_schedule(config, before.jitter_seed, now);
  after.last_id = before.last_id;
  after.state.durations = before.state.durations;
  after.state.started = before.state.started;
  after.state.clock_step = before.state.clock_step;
  after.state.refused_reload = before.state.refused_reload;
  after.state.endpoint_faults = std::move(before.state.endpoint_faults);
  std::vector<Previous> left_behind = previous_projects(before);
  take_projects(left_behind, after, true);
  take_projects(left_behind, after, false);
  for (std::size_t i = 0; i < after.accounts.size(); ++i) {
    AccountSchedule& successor = after.accounts[i];
    if (AccountSchedule* from = predecessor(before, after, *successor.config)) {
      take_account(*from, successor, after, now);
      const auto index = static_cast<std::size_t>(from - before.accounts.data());
      after.state.accounts[i].upstream_since_boot =
          before.state.accounts[index].upstream_since_boot;
    }
  }
  judge_stuck(after, now.boot);
  show_next_attempts(after, now);
  return after;
}

std::size_t adopt(Schedule& schedule, const Snapshot& snapshot, Now now) {
  adopt_clocks(schedule, snapshot);
  std::size_t adopted = 0;
  for (AccountSchedule& account : schedule.accounts) {
    for (ProjectSchedule& project : account.projects) {
      const ProfileState& profile = schedule.state.profiles[project.profile];
      const SnapshotEntry* entry = best_entry(snapshot, project, profile);
      if (entry && adopt_set(schedule, project, *entry, now)) ++adopted;
    }
  }
  show_next_attempts(schedule, now);
  return adopted;
}

}  // namespace mdh
