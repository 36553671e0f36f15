// Everything the program knows at one moment, as one value: what the endpoint, the status, the
// page, the metrics, the profile file and the fd store are made from. Written by the engine and the
// loop alone, on the loop's thread; the credentials inside are immutable and may be shared with
// other threads.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/config/athena.h"
#include "common/credentials.h"
#include "common/state/attempt.h"
#include "common/state/durations.h"
#include "common/state/file_status.h"
#include "common/state/set_life.h"
#include "common/timestamp.h"

namespace mdh {

// More than this between upstream's clock and ours is worth a warning.
inline constexpr seconds kSkewWorthTelling{60};

struct ProfileState {
  std::string name;
  std::string region;
  AthenaConfig athena;
  std::size_t account = 0;     // index into State::accounts
  CredentialsPtr credentials;  // the last good set, perhaps expired by now; null before the first
  SetLife life;                // how long that set lasts
  bool attempted = false;      // the first attempt has ended, well or badly
  std::optional<WallTime> refreshed_at;
  std::optional<WallTime> next_attempt_at;
  int consecutive_failures = 0;
  std::optional<Failure> last_failure;  // of the attempts since the last success
  std::string warning;                  // such as a life too short for the promises; empty: none
  FileStatus file;
  std::deque<Attempt> attempts;
  std::map<std::string, std::uint64_t> outcomes;  // "success" or a class's name, since the start
};

struct AccountState {
  std::string name;
  // Upstream's time less boot time, where two clocks bear it out (two Dates, or one and the local
  // clock); nothing before, nor since the local clock was set forward.
  std::optional<milliseconds> upstream_since_boot;
};

// A moment at which the wall clock was elsewhere than boot time says.
struct ClockStep {
  WallTime at{};
  milliseconds by{};  // forward (it was set, or the machine was paused) or, below zero, back
};

struct State {
  std::vector<AccountState> accounts;
  std::vector<ProfileState> profiles;  // in the order of the configuration
  DurationHistogram durations;
  BootTime started{};
  std::optional<ClockStep> clock_step;  // the last one
  // A call has outlived its patience: the refresh work stands (healthz, watchdog).
  bool stuck = false;
  WallTime config_read{};  // when the configuration in force was read
  // A newer one that was refused: why, and since when.
  std::optional<Failure> refused_reload;
  // Addresses that are published and answered by somebody else: one sentence each.
  std::vector<std::string> endpoint_faults;
};

// skew() is upstream minus local; nothing where no two clocks bear it out.
std::optional<milliseconds> skew(const AccountState& account, Now now);
// servable() is the profile's set while its life allows (still_served()), else null.
CredentialsPtr servable(const ProfileState& profile, Now now);
// next_lapse() is when the first set that is servable now is no longer; BootTime::max() without
// one.
BootTime next_lapse(const State& state, Now now);
// find_profile() is the profile of that name, or null.
const ProfileState* find_profile(const State& state, std::string_view profile);

}  // namespace mdh
