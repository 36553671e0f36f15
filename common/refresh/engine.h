// The refresh engine: the one place that decides who is asked for what, and when. Values in, values
// out: it starts nothing itself, but hands out calls (a signature and a request to send) and is
// told how each ended. No clock, no randomness but the seed, no I/O, so that a month can be
// simulated in seconds. Its arithmetic (lead time, jitter, backoff) is refresh/policy, its
// memory refresh/schedule. The loop's thread only.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/refresh/nudge.h"
#include "common/refresh/schedule.h"
#include "common/refresh/upstream_call.h"
#include "common/state/snapshot.h"
#include "common/state/state.h"

namespace mdh {

class Engine {
 public:
  // Every profile starts due at once (spread by jitter only where `restore` brings a valid set).
  Engine(const Config& config, std::uint64_t jitter_seed, Now now);

  // turn() is every call that is due and may run (one flight a project, one token request an
  // account, at most 8 exchanges an account at once); each is in flight from here until its report.
  std::vector<UpstreamCall> turn(Now now);
  // next_turn() is when turn() has something to do if nothing happens before; BootTime::max() if
  // never.
  BootTime next_turn() const;
  // report() takes a call's end. One that no longer belongs to anything (after reconfigure) is
  // ignored.
  void report(CallReport report, Now now);

  // stepped() tells whether the wall clock was set, or the machine paused, since the engine had its
  // say last: then it wants a turn().
  bool stepped(Now now) const;
  // reevaluate() is for a stepped clock, a resume, a network that came up: whatever is due or waits
  // in a backoff that no server asked for is tried once, soon (spread over at most 2 s).
  void reevaluate(Now now);
  // account_changed() is for a key that was replaced: as reevaluate, for this account, with a fresh
  // access token; healthy sets are kept until due.
  void account_changed(std::string_view account, Now now);
  // refresh() is a person's wish (POST /refresh): overrides every backoff but a server's; at most
  // one every 10 s a profile. An unknown profile is refused with wait 0.
  RefreshAnswer refresh(std::string_view profile, Now now);
  // missed() is for a request that found no valid set: the next attempt comes forward, at most once
  // a second and profile and never before a time that a server named; false: it does not.
  bool missed(std::string_view profile, Now now);
  // reconfigure() keeps sets, schedule and history of every profile whose project did not change.
  void reconfigure(const Config& config, Now now);
  // restore() takes over what another process left (fd store): sets that match a configured project
  // and are servable; returns how many. Such a profile makes no upstream call until it is due.
  std::size_t restore(const Snapshot& snapshot, Now now);
  // note_file() records what the profile sink said.
  void note_file(std::string_view profile, FileStatus status);
  // forget_files() has every profile's file as before the sink's first word: to be written, or not
  // asked for.
  void forget_files(bool asked_for);
  // note_reload() records that the configuration was read again, or why that was refused.
  void note_reload(const std::optional<Error>& refusal, WallTime now);
  // note_endpoint() records what is wrong with the addresses to be listened on.
  void note_endpoint(std::vector<std::string> faults) {
    schedule_.state.endpoint_faults = std::move(faults);
  }

  const State& state() const { return schedule_.state; }

 private:
  void turn_account(AccountSchedule& account, Now now, std::vector<UpstreamCall>& calls);
  void ask_clocks(AccountSchedule& account, Now now, std::vector<UpstreamCall>& calls);
  UpstreamCall token_call(AccountSchedule& account, Now now);
  UpstreamCall exchange_call(AccountSchedule& account, ProjectSchedule& project, Now now);
  void token_came(AccountSchedule& account, CallReport& report, Now now);
  void exchange_came(AccountSchedule& account, ProjectSchedule& project, CallReport& report,
                     Now now);
  void clock_came(AccountSchedule& account, const CallReport& report, Now now);
  void look_at_clocks(Now now);
  void settle(Now now);

  Schedule schedule_;
  NudgeBudget nudge_budget_;
  BootTime settled_{};              // when the engine last had its say
  milliseconds wall_since_boot_{};  // and how far apart our clocks were
};

}  // namespace mdh
