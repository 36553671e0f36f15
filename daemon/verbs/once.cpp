#include "daemon/verbs/once.h"

#include <poll.h>

#include <algorithm>
#include <set>

#include "common/exit_status.h"
#include "common/report/status.h"
#include "common/state/condition.h"
#include "daemon/keys/usable_config.h"
#include "daemon/profile_file/writer.h"
#include "daemon/system/clock.h"
#include "daemon/system/environment.h"
#include "daemon/system/log.h"
#include "daemon/upstream/refresher.h"
#include "daemon/upstream/transport.h"
#include "daemon/verbs/chosen_profiles.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

// Leaves the one profile in the configuration that --profile names.
Done keep_only(Config& config, const std::string& profile) {
  if (profile.empty()) return done();
  std::vector<std::string> known;
  for (const AccountConfig& account : config.accounts) {
    for (const ProjectConfig& project : account.projects) known.push_back(project.profile);
  }
  for (AccountConfig& account : config.accounts) {
    std::erase_if(account.projects,
                  [&](const ProjectConfig& project) { return project.profile != profile; });
  }
  std::erase_if(config.accounts, [](const AccountConfig& one) { return one.projects.empty(); });
  if (!config.accounts.empty()) return done();
  return unknown_profile(config.origin, profile, known);
}

int poll_timeout(BootTime until) {
  if (until == BootTime::max()) return -1;
  const auto left = (until - read_clocks().boot).count();
  return static_cast<int>(std::clamp<milliseconds::rep>(left, 0, 60000));
}

std::string progress_of(const State& state) {
  const auto ended = std::count_if(state.profiles.begin(), state.profiles.end(),
                                   [](const ProfileState& one) { return one.attempted; });
  return "fetching credentials: " + std::to_string(ended) + " of " +
         std::to_string(state.profiles.size()) + " profiles";
}

// One attempt for every profile; calls end while others still run.
void fetch(Refresher& refresher) {
  Progress progress;
  while (refresher.turn(read_clocks()), !all_attempted(refresher.state())) {
    progress.show(progress_of(refresher.state()));
    pollfd waiting{refresher.event_fd(), POLLIN, 0};
    poll(&waiting, 1, poll_timeout(refresher.next_turn()));
  }
}

bool print_fetched(const State& state, Now now) {
  bool all = true;
  for (const ProfileState& profile : state.profiles) {
    if (servable(profile, now)) {
      print(profile.name + ": credentials valid until " +
            format_rfc3339(ends_at(profile.life, now)) + "\n");
      continue;
    }
    all = false;
    Error error = profile.last_failure ? profile.last_failure->error : Error{};
    error.message = "profile " + profile.name + ": " + error.message;
    print_error(error);
  }
  return all;
}

bool preview(const ProfileWriter& writer, const std::vector<WantedProfile>& wanted) {
  const auto difference = writer.preview(wanted);
  if (!difference) return print_error(difference.error()), false;
  return print(difference->empty() ? "the profile file would not change\n" : *difference);
}

bool write(ProfileWriter& writer, const std::vector<WantedProfile>& wanted) {
  const auto written = writer.write(wanted);
  const auto error = written ? std::nullopt : std::optional(written.error());
  std::set<std::string> remarks;
  for (const ProfileReport& report : writer.report(wanted, error)) {
    remarks.insert(report.status.remarks.begin(), report.status.remarks.end());
    if (report.status.condition == FileCondition::written) {
      print(report.profile + ": written to " + report.status.path + "\n");
    } else if (error) {
      Error told = *error;
      told.message = "profile " + report.profile + ": " + told.message;
      print_error(told);
    }
  }
  for (const std::string& remark : remarks) warn(remark);
  return written.ok();
}

}  // namespace

int once(const Command& command) {
  start_curl();
  auto config = usable_config(command.source);
  if (!config) {
    print_error(config.error());
    return exit_status(config.error());
  }
  if (Done chosen = keep_only(*config, command.profile); !chosen) {
    print_error(chosen.error());
    return kExitUsage;
  }
  for (const Error& warning : config->warnings) warn(warning.message);
  start_log(config->log_level);
  Refresher refresher(*config, read_clocks());
  fetch(refresher);

  const Now now = read_clocks();
  const bool fetched = print_fetched(refresher.state(), now);
  const auto wanted = wanted_profiles(refresher.state(), now);
  if (!config->profile_file.enabled) return fetched ? 0 : 1;
  ProfileWriter writer(config->profile_file, own_program());
  const bool stored = command.dry_run ? preview(writer, wanted) : write(writer, wanted);
  return fetched && stored ? 0 : 1;
}

}  // namespace mdh
