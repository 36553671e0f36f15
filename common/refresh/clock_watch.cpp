#include "common/refresh/clock_watch.h"

#include <algorithm>
#include <chrono>

namespace mdh {
namespace {

constexpr seconds kRemembered{60};
constexpr seconds kBetweenQuestions{30};
constexpr seconds kOneCall{15};
constexpr seconds kAboutToGo{2};  // what a nudge has sent for is not put off

AccountState& state_of(Schedule& schedule, const AccountSchedule& account) {
  return schedule.state.accounts[static_cast<std::size_t>(&account - schedule.accounts.data())];
}

// Boot time stood still for everybody, some time before `seen`.
void note_pause(Schedule& schedule, milliseconds length, BootTime seen, Now now) {
  for (ProfileState& profile : schedule.state.profiles) {
    if (profile.life.asked.boot < seen) profile.life = paused(profile.life, length);
  }
  for (AccountSchedule& account : schedule.accounts) {
    account.clock.counted += length;
    follow_clock(schedule, account, now);
  }
}

// What nobody contradicts tells also by a set's own expiration that boot time stood still: of a set
// that came when there was no Date.
void hold_to_names(Schedule& schedule, AccountSchedule& account, const Agreement& agreed, Now now) {
  const WallTime upstream(agreed.since_boot + now.boot.time_since_epoch());
  for (const ProjectSchedule& project : account.projects) {
    ProfileState& profile = schedule.state.profiles[project.profile];
    if (!profile.credentials || !profile.credentials->expiration_named) continue;
    const milliseconds lost =
        life_left(profile.life, now) - (profile.credentials->expiration - upstream);
    const bool before = profile.life.asked.boot < agreed.since;
    if (before && lost > kClockStep) profile.life = paused(profile.life, lost);
  }
  follow_clock(schedule, account, now);
}

ClockReadings readings_since(const ClockWatch& clock, BootTime from) {
  ClockReadings chosen = clock.readings;
  std::erase_if(chosen, [&](const auto& one) { return one.sent.boot < from; });
  return chosen;
}

// What the readings say, where others bear it out. An assertion that was refused by another time
// than this is signed anew at once.
void know(Schedule& schedule, AccountSchedule& account, const Agreement& agreed, Now now) {
  auto& known = state_of(schedule, account).upstream_since_boot;
  ClockWatch& clock = account.clock;
  if (clock.baseline) {
    const milliseconds length = agreed.latest - *clock.baseline - clock.counted;
    if (length > kClockStep) note_pause(schedule, length, agreed.since, now);
  }
  if (!agreed.contested) {
    clock.baseline = agreed.since_boot;
    clock.counted = {};
    hold_to_names(schedule, account, agreed, now);
  }
  const bool news = !known || std::chrono::abs(agreed.since_boot - *known) > kClockStep;
  if (news && account.sign_by_upstream) account.plan = brought_forward(account.plan, now.boot);
  known = agreed.since_boot;
  clock.contested = agreed.contested;
}

void judge_again(const AccountState& state, const AccountSchedule& account, BootTime from,
                 ProfileState& profile) {
  const auto life =
      judged_life(*profile.credentials, profile.life.asked, evidence_of(state, account, from));
  const milliseconds whole = life ? life->whole : milliseconds(0);
  if (whole < profile.life.whole) {
    profile.life.whole = whole;
    profile.life.assumed = life && life->assumed;
  }
  profile.life.doubted = life ? life->doubted : std::nullopt;
}

}  // namespace

milliseconds wall_since_boot(Now now) {
  return now.wall.time_since_epoch() - now.boot.time_since_epoch();
}

void clock_stepped(Schedule& schedule, NudgeBudget& budget, milliseconds by, Now now) {
  for (ProfileState& profile : schedule.state.profiles) profile.life = seen(profile.life, now);
  if (std::chrono::abs(by) < kClockStep) return;
  schedule.state.clock_step = ClockStep{now.wall, by};
  // What confirmed the old wall clock says nothing of the new one.
  for (AccountSchedule& account : schedule.accounts) {
    account.clock.readings.clear();
    account.clock.asked.reset();
  }
  if (by < milliseconds(0)) return;
  for (AccountState& account : schedule.state.accounts) account.upstream_since_boot.reset();
  nudge_all(schedule, budget, Nudge::renew, now);
}

ClockEvidence evidence_of(const AccountState& state, const AccountSchedule& account,
                          BootTime from) {
  ClockEvidence evidence;
  for (const ClockReading& one : account.clock.readings) {
    (one.sent.boot < from ? evidence.before : evidence.of_refresh).push_back(one);
  }
  evidence.known = state.upstream_since_boot ? state.upstream_since_boot : account.clock.baseline;
  evidence.contested =
      !state.upstream_since_boot || account.clock.contested || account.clock.doubt_from;
  return evidence;
}

void take_reading(Schedule& schedule, AccountSchedule& account, const ClockReading& reading,
                  Now now) {
  ClockWatch& clock = account.clock;
  std::erase_if(clock.readings,
                [&](const auto& one) { return one.received.boot + kRemembered < now.boot; });
  clock.readings.push_back(reading);
  const bool asked_lately = clock.asked && *clock.asked + kBetweenQuestions > now.boot;
  const auto known =
      clock.contested ? clock.baseline : state_of(schedule, account).upstream_since_boot;
  if (!clock.doubt_from && !asked_lately && doubtful(reading, known)) {
    clock.doubt_from = reading.sent.boot;
  }
  if (clock.doubt_from) return;  // settle_doubts() hears all of them
  const auto latest =
      latest_agreement(readings_since(clock, now.boot - kBetweenQuestions), known, clock.contested);
  if (latest) know(schedule, account, *latest, now);
}

void settle_doubts(Schedule& schedule, AccountSchedule& account, Now now) {
  const BootTime from = account.clock.doubt_from.value_or(now.boot);
  account.clock.doubt_from.reset();
  if (auto agreed = agreement(readings_since(account.clock, from))) {
    agreed->contested |= account.clock.unheard;  // whom nobody could contradict
    know(schedule, account, *agreed, now);
  }
  for (ProjectSchedule& project : account.projects) {
    ProfileState& profile = schedule.state.profiles[project.profile];
    const bool lately = profile.life.asked.boot + kOneCall >= from;
    if (!profile.credentials || !lately) continue;
    // Not by what came before the doubt, unless the set did.
    const BootTime evidence_from = profile.life.asked.boot < from
                                       ? project.refreshed_from
                                       : std::max(from, project.refreshed_from);
    const milliseconds before = received_life(profile.life);
    judge_again(state_of(schedule, account), account, evidence_from, profile);
    const milliseconds whole = received_life(profile.life);
    if (whole == before || project.flight || project.plan.failures > 0) continue;
    if (project.plan.due <= now.boot + kAboutToGo) continue;
    project.plan =
        after_success({whole, life_left(profile.life, now)}, now.boot, project.jitter.draw());
  }
}

}  // namespace mdh
