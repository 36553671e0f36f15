// What the engine remembers besides State: for every account its token, clock and backoff, for
// every project its plan and flight; and the questions asked of it. Values; the engine's thread
// only. It sends nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/refresh/flight.h"
#include "common/refresh/jitter.h"
#include "common/refresh/policy.h"
#include "common/refresh/upstream_clock.h"
#include "common/state/state.h"

namespace mdh {

struct ProjectSchedule {
  std::size_t project = 0;  // index into the account's configured projects
  std::size_t profile = 0;  // index into State::profiles
  std::string identity;
  Jitter jitter{0};
  RefreshPlan plan;
  std::optional<Flight> flight;
  std::optional<BootTime> begun;   // when the running attempt's first call left
  BootTime refreshed_from{};       // and that of the attempt which brought its set
  bool token_renewed = false;      // since the last success a refusal was answered by a fresh token
  std::optional<BootTime> wished;  // the last refresh wish that was accepted
};

// What an account's replies say of upstream's clock, and whether the hosts are asked for it alone.
struct ClockWatch {
  ClockReadings readings;                // of the last minute
  std::optional<BootTime> doubt_from;    // a doubtful Date came, whose request left then
  std::vector<Flight> away;              // the bare requests that are to bear it out or refute it
  std::optional<BootTime> asked;         // when such left last
  bool unheard = false;                  // one of them came home without a Date to believe
  bool contested = false;                // something speaks against what is known of upstream
  std::optional<milliseconds> baseline;  // what was known last that nothing spoke against
  milliseconds counted{};                // of pauses since, which lives have lost already
};

struct AccountSchedule {
  std::shared_ptr<const AccountConfig> config;
  AccessTokenPtr token;
  BootTime token_received{};
  bool token_once = false;  // may be presented once, whatever its usable_until
  RefreshPlan plan;         // the token's: `due` holds back the next token request after a failure
  std::optional<Flight> flight;
  Jitter jitter{0};
  ClockWatch clock;
  bool sign_by_upstream = false;  // an invalid_client came while the clocks were apart
  std::vector<ProjectSchedule> projects;
};

struct Schedule {
  State state;
  std::vector<AccountSchedule> accounts;  // as State::accounts
  std::uint64_t jitter_seed = 0;
  std::uint64_t last_id = 0;
};

// left() is what is left of the project's set until it ends; zero when past or without one.
milliseconds left(const State& state, const ProjectSchedule& project, Now now);
// token_usable() tells whether the account's token may be presented at `moment`.
bool token_usable(const AccountSchedule& account, BootTime moment);
// exchanges_in_flight() counts them.
std::size_t exchanges_in_flight(const AccountSchedule& account);
// due_projects() are those that want a set now and are not in flight; those without failures first,
// so that failing ones never take all the places of healthy ones.
std::vector<ProjectSchedule*> due_projects(AccountSchedule& account, BootTime now);
// next_moment() is when something becomes due or stuck after `now` if no call ends before.
BootTime next_moment(const Schedule& schedule, BootTime now);
// next_attempt() is when the project's set is asked for next; not before `now`.
BootTime next_attempt(const AccountSchedule& account, const ProjectSchedule& project, BootTime now);
// show_next_attempts() brings every profile's next_attempt_at up to date.
void show_next_attempts(Schedule& schedule, Now now);
// judge_stuck() sets State::stuck: a call has been away longer than its patience.
void judge_stuck(Schedule& schedule, BootTime now);
// extend_patience() is for a machine that slept: no call could end meanwhile.
void extend_patience(Schedule& schedule, BootTime now);

}  // namespace mdh
