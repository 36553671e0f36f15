#include "tests/simulation/machine.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/translation.h"

namespace mdh::simulation {

Config site() {
  Config config;
  for (int account = 0; account < kAccounts; ++account) {
    AccountConfig made;
    made.name = "a" + std::to_string(account);
    made.service_account = made.name;
    made.audience = made.token_url;
    for (int project = 0; project < kProjects; ++project) {
      if (place(project).account != account) continue;
      ProjectConfig one;
      one.profile = "p" + std::to_string(project);
      one.project_code = one.profile;
      made.projects.push_back(one);
    }
    config.accounts.push_back(made);
  }
  return config;
}

Machine::Machine(const Weather& weather, std::uint64_t seed)
    : weather_(weather), upstream_(weather), engine_(site(), seed, Now{kBoot, kStart}) {
  ledger_.client = "mdh-credentials";
  for (const ProfileState& profile : engine_.state().profiles) {
    Profile one;
    one.project = std::stoi(profile.name.substr(1));
    profiles_.push_back(one);
  }
}

Now Machine::now_at(Time time) const {
  const Spell* off = weather_.find(Kind::clock_off, time, {});
  return {kBoot + time, kStart + time + (off ? off->shift : milliseconds(0))};
}

Now Machine::now() const {
  return now_at(time_);
}

void Machine::live(Time lasts) {
  while (time_ < lasts && broken_.empty()) {
    if (arrive() || next_turn_ <= now().boot) turn();
    write_files();
    check_step();
    if (time_ >= next_probe_) probe();
    advance(next_step());
    ++steps_;
  }
  ledger_.calls = upstream_.calls();
}

void Machine::turn() {
  for (UpstreamCall& call : engine_.turn(now())) send(std::move(call));
  next_turn_ = engine_.next_turn();
  if (next_turn_ <= now().boot) fail("the engine asks for a turn it does not need", 0);
}

void Machine::send(UpstreamCall call) {
  const int account = call.account->name[1] - '0';
  check_flight(call);
  Answer answer;
  if (call.kind == UpstreamCall::Kind::token) {
    const Now sent = now();
    const WallTime client = call.upstream_since_boot
                                ? WallTime(sent.boot.time_since_epoch() + *call.upstream_since_boot)
                                : sent.wall;
    answer = upstream_.token(time_, account, client - kStart);
  } else if (call.kind == UpstreamCall::Kind::clock) {
    answer = upstream_.bare(time_, account);
  } else {
    const int project = std::stoi(call.account->projects[call.project].profile.substr(1));
    answer = upstream_.exchange(time_, place(project), tokens_[call.token.get()]);
  }
  const Time back = time_ + answer.takes;
  away_.emplace(back, Away{std::move(call), now(), answer});
}

CallReport Machine::report_of(const Away& away) const {
  std::optional<ClockReading> reading;
  if (away.answer.date) reading = ClockReading{away.sent, now(), kStart + *away.answer.date};
  return {away.call.id, away.sent, now(), reading, outcome_of(away.answer, away.call.kind, now())};
}

bool Machine::arrive() {
  bool any = false;
  while (!away_.empty() && away_.begin()->first <= time_) {
    Away away = std::move(away_.extract(away_.begin()).mapped());
    // What came while the machine slept is a timeout by now.
    if (away.sent.boot + away.answer.takes + seconds(1) < now().boot) away.answer = Answer{};
    CallReport report = report_of(away);
    if (away.call.kind == UpstreamCall::Kind::exchange) {
      flights_[static_cast<std::size_t>(away.call.account->name[1] - '0')] -= 1;
      const auto& profile = away.call.account->projects[away.call.project].profile;
      const auto* state = find_profile(engine_.state(), profile);
      profiles_[static_cast<std::size_t>(state - engine_.state().profiles.data())].away = false;
    } else if (away.call.kind == UpstreamCall::Kind::token && report.outcome.ok()) {
      const auto& token = std::get<AccessTokenPtr>(report.outcome.value());
      tokens_[token.get()] = away.answer.token;
      kept_.push_back(token);
    }
    engine_.report(std::move(report), now());
    any = true;
  }
  return any;
}

Time Machine::next_step() const {
  Time next = std::min(next_probe_, weather_.next_change(time_));
  if (!away_.empty()) next = std::min(next, away_.begin()->first);
  if (next_turn_ < BootTime::max()) next = std::min(next, Time(next_turn_ - kBoot));
  return std::max(next, time_ + milliseconds(1));
}

void Machine::advance(Time to) {
  const Time before = std::exchange(time_, to);
  const Spell* sleep = weather_.find(Kind::suspend, time_, {});
  if (sleep) {
    time_ = sleep->until;
    next_probe_ = std::max(next_probe_, time_);
  }
  apply_changes(before, time_);
  if (sleep) engine_.reevaluate(now());
  next_turn_ = engine_.next_turn();
}

// What the watcher would notice: a stepped clock, a network that came up, a key that was replaced.
void Machine::apply_changes(Time after, Time until) {
  const auto passed = [&](Time moment) { return after < moment && moment <= until; };
  for (const Spell& spell : weather_.spells) {
    if (spell.from > until) break;
    if (spell.kind == Kind::clock_off && (passed(spell.from) || passed(spell.until))) {
      engine_.reevaluate(now());
    }
    if (spell.kind == Kind::outage && spell.local && passed(spell.until)) {
      engine_.reevaluate(now());
    }
    if (spell.kind == Kind::old_key && passed(spell.until)) {
      engine_.account_changed("a" + std::to_string(spell.account), now());
    }
  }
}

// A sink that reconciles: whatever is not on the disk yet goes there as soon as it can.
void Machine::write_files() {
  const bool full = weather_.find(Kind::disk_full, time_, {}) != nullptr;
  for (std::size_t i = 0; i < profiles_.size(); ++i) {
    const ProfileState& profile = engine_.state().profiles[i];
    if (!profile.credentials || profiles_[i].on_disk == profile.credentials->expiration) continue;
    if (full && profile.file.condition == FileCondition::failed) continue;
    if (!full) profiles_[i].on_disk = profile.credentials->expiration;
    engine_.note_file(profile.name, {"/f", full ? FileCondition::failed : FileCondition::written,
                                     full ? "disk full" : ""});
  }
}

}  // namespace mdh::simulation
