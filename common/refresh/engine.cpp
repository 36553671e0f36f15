#include "common/refresh/engine.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "common/refresh/call_end.h"
#include "common/refresh/carry_over.h"
#include "common/refresh/clock_watch.h"

namespace mdh {
namespace {

constexpr seconds kSlept{5};  // a turn later than this: the machine slept, or the loop was kept

// Which clock an assertion's `exp` comes from. The wall clock unless it is known to be of no use:
// it was refused while it was apart from upstream's, or `exp` would be past on arrival.
std::optional<milliseconds> signing_clock(AccountSchedule& account, const AccountState& state,
                                          Now now) {
  const auto apart = skew(state, now);
  if (!apart || std::chrono::abs(*apart) <= kSkewWorthTelling) {
    account.sign_by_upstream = false;
    return std::nullopt;
  }
  const bool past = *apart + kSkewWorthTelling >= account.config->assertion_lifetime;
  if (!account.sign_by_upstream && !past) return std::nullopt;
  return state.upstream_since_boot;
}

template <typename Wanted>
Wanted unpack(Result<CallResult>& outcome) {
  Wanted* wanted = std::get_if<Wanted>(&outcome.value());
  if (!wanted || !*wanted) std::abort();  // a call brought what it was not sent for
  return std::move(*wanted);
}

}  // namespace

Engine::Engine(const Config& config, std::uint64_t jitter_seed, Now now)
    : schedule_(new_schedule(config, jitter_seed, now)),
      settled_(now.boot),
      wall_since_boot_(wall_since_boot(now)) {}

std::vector<UpstreamCall> Engine::turn(Now now) {
  look_at_clocks(now);
  const BootTime expected = next_turn();
  if (expected < now.boot && now.boot - expected > kSlept) extend_patience(schedule_, now.boot);
  if (nudge_budget_.postponed && *nudge_budget_.postponed <= now.boot)
    nudge_all(schedule_, nudge_budget_, Nudge::retry, now);
  std::vector<UpstreamCall> calls;
  for (AccountSchedule& account : schedule_.accounts) turn_account(account, now, calls);
  settle(now);
  return calls;
}

BootTime Engine::next_turn() const {
  const BootTime next = next_moment(schedule_, settled_);
  return nudge_budget_.postponed ? std::min(next, *nudge_budget_.postponed) : next;
}

void Engine::ask_clocks(AccountSchedule& account, Now now, std::vector<UpstreamCall>& calls) {
  if (!account.clock.doubt_from || !account.clock.away.empty()) return;
  account.clock.asked = now.boot;
  account.clock.unheard = false;
  for (std::string& url : hosts_to_ask(*account.config)) {
    account.clock.away.push_back({++schedule_.last_id, now.boot + kPatience, nullptr, false});
    UpstreamCall call;
    call.id = schedule_.last_id;
    call.kind = UpstreamCall::Kind::clock;
    call.account = account.config;
    call.url = std::move(url);
    calls.push_back(std::move(call));
  }
}

// While the hosts are asked for their time nothing is signed or judged by a doubtful one.
void Engine::turn_account(AccountSchedule& account, Now now, std::vector<UpstreamCall>& calls) {
  ask_clocks(account, now, calls);
  if (!account.clock.away.empty()) return;
  std::size_t away = exchanges_in_flight(account);
  for (ProjectSchedule* project : due_projects(account, now.boot)) {
    if (away >= kMostExchanges) return;
    if (token_usable(account, now.boot)) {
      calls.push_back(exchange_call(account, *project, now));
      ++away;
      continue;
    }
    if (!account.flight) {
      if (account.plan.due > now.boot) return;
      calls.push_back(token_call(account, now));
    }
    if (!project->begun) project->begun = now.boot;
  }
}

UpstreamCall Engine::token_call(AccountSchedule& account, Now now) {
  const auto index = static_cast<std::size_t>(&account - schedule_.accounts.data());
  account.flight = Flight{++schedule_.last_id, now.boot + kPatience, nullptr, false};
  UpstreamCall call;
  call.id = account.flight->id;
  call.account = account.config;
  call.upstream_since_boot = signing_clock(account, schedule_.state.accounts[index], now);
  return call;
}

UpstreamCall Engine::exchange_call(AccountSchedule& account, ProjectSchedule& project, Now now) {
  project.flight = Flight{++schedule_.last_id, now.boot + kPatience, account.token, false};
  if (!project.begun) project.begun = now.boot;
  UpstreamCall call;
  call.id = project.flight->id;
  call.kind = UpstreamCall::Kind::exchange;
  call.account = account.config;
  call.project = project.project;
  call.token = account.token;
  if (std::exchange(account.token_once, false)) account.token.reset();
  return call;
}

void Engine::report(CallReport report, Now now) {
  look_at_clocks(now);
  const auto is_it = [&](const std::optional<Flight>& flight) {
    return flight && flight->id == report.id;
  };
  for (AccountSchedule& account : schedule_.accounts) {
    if (is_it(account.flight)) token_came(account, report, now);
    if (std::erase_if(account.clock.away, [&](const Flight& one) { return one.id == report.id; }))
      clock_came(account, report, now);
    for (ProjectSchedule& project : account.projects) {
      if (is_it(project.flight)) exchange_came(account, project, report, now);
    }
  }
  settle(now);
}

void Engine::token_came(AccountSchedule& account, CallReport& report, Now now) {
  if (report.reading) take_reading(schedule_, account, *report.reading, now);
  const bool outdated = account.flight->outdated;
  account.flight.reset();
  if (outdated) return;
  if (report.outcome.ok()) {
    take_token(account, unpack<AccessTokenPtr>(report.outcome), now);
  } else {
    token_failed(schedule_, account, report.outcome.error(), {report.sent, now});
  }
}

void Engine::clock_came(AccountSchedule& account, const CallReport& report, Now now) {
  if (report.reading) take_reading(schedule_, account, *report.reading, now);
  account.clock.unheard |= !report.reading;
  if (account.clock.away.empty()) settle_doubts(schedule_, account, now);
}

void Engine::exchange_came(AccountSchedule& account, ProjectSchedule& project, CallReport& report,
                           Now now) {
  if (report.reading) take_reading(schedule_, account, *report.reading, now);
  const AccessTokenPtr presented = std::move(project.flight->token);
  project.flight.reset();
  const CallTimes times{report.sent, now};
  if (report.outcome.ok()) {
    take_set(schedule_, account, project, unpack<CredentialsPtr>(report.outcome), times);
  } else {
    exchange_failed(schedule_, account, project, {report.outcome.error(), presented}, times);
  }
}

bool Engine::stepped(Now now) const {
  return std::chrono::abs(wall_since_boot(now) - wall_since_boot_) >= kClockStep;
}

void Engine::reevaluate(Now now) {
  look_at_clocks(now);
  extend_patience(schedule_, now.boot);
  nudge_all(schedule_, nudge_budget_, Nudge::retry, now);
  settle(now);
}

void Engine::account_changed(std::string_view account, Now now) {
  for (AccountSchedule& one : schedule_.accounts) {
    if (one.config->name == account) renew_key(schedule_, one, now);
  }
  settle(now);
}

RefreshAnswer Engine::refresh(std::string_view profile, Now now) {
  const RefreshAnswer answer = refresh_on_demand(schedule_, profile, now.boot);
  settle(now);
  return answer;
}

bool Engine::missed(std::string_view profile, Now now) {
  const bool forward = follow_miss(schedule_, profile, now);
  if (forward) settle(now);
  return forward;
}

void Engine::reconfigure(const Config& config, Now now) {
  schedule_ = carry_over(std::move(schedule_), config, now);
  nudge_all(schedule_, nudge_budget_, Nudge::retry, now);
  settle(now);
}

std::size_t Engine::restore(const Snapshot& snapshot, Now now) {
  const std::size_t adopted = adopt(schedule_, snapshot, now);
  if (!snapshot.boot_id.empty()) wall_since_boot_ = wall_since_boot(snapshot.written);
  look_at_clocks(now);
  settle(now);
  return adopted;
}

void Engine::note_file(std::string_view profile, FileStatus status) {
  for (ProfileState& one : schedule_.state.profiles) {
    if (one.name != profile) continue;
    one.file = std::move(status);
    return;
  }
}

void Engine::forget_files(bool asked_for) {
  for (ProfileState& one : schedule_.state.profiles) one.file = unheard_file(asked_for);
}

void Engine::note_reload(const std::optional<Error>& refusal, WallTime now) {
  State& state = schedule_.state;
  if (!refusal) state.config_read = now;
  const WallTime since = state.refused_reload ? state.refused_reload->since : now;
  state.refused_reload.reset();
  if (refusal) state.refused_reload = Failure{*refusal, now, since};
}

void Engine::look_at_clocks(Now now) {
  const milliseconds by = wall_since_boot(now) - wall_since_boot_;
  wall_since_boot_ += by;
  if (by > milliseconds(0) || by <= -kClockStep) clock_stepped(schedule_, nudge_budget_, by, now);
}

void Engine::settle(Now now) {
  settled_ = std::max(settled_, now.boot);
  judge_stuck(schedule_, now.boot);
  show_next_attempts(schedule_, now);
}

}  // namespace mdh
