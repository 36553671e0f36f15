// What is promised of every clock, looked at after every step.
#include <algorithm>
#include <chrono>

#include "common/refresh/clock_watch.h"
#include "common/refresh/policy.h"
#include "tests/simulation/clock_machine.h"
#include "tests/simulation/translation.h"

namespace mdh::simulation {
namespace {

constexpr seconds kMinute{60};
constexpr seconds kCallTime{3};
constexpr seconds kOneRefresh{15};
constexpr seconds kSettled{6};  // a wall clock so near is right
constexpr seconds kLongestRefusal{900};
constexpr seconds kNearness{5};  // so far apart two clocks still agree

}  // namespace

Time ClockMachine::true_end(std::size_t index) const {
  return Time(state().profiles[index].credentials->expiration - kStart);
}

void ClockMachine::fail(const std::string& promise, std::size_t index, Time at) {
  if (!ledger_.broken.empty()) return;
  ledger_.broken = promise + ": p" + std::to_string(index) + " at " + std::to_string(at.count()) +
                   " ms (day " + std::to_string(at / kDay) + ", " +
                   spoken_duration(std::chrono::floor<seconds>(at % kDay)) + ")";
}

// Whether that many replies with a true Date came of requests within one refresh.
bool ClockMachine::told(Time from, Time until, int words) const {
  const auto first = std::lower_bound(true_words_.begin(), true_words_.end(), from);
  const auto last = std::upper_bound(true_words_.begin(), true_words_.end(), until);
  for (auto one = first; last - one >= words; ++one) {
    if (words == 1 || one[words - 1] - *one <= kOneRefresh) return true;
  }
  return false;
}

// How much of the time since the set was asked for neither clock has counted so far.
Time ClockMachine::uncounted(const Profile& profile, Time moment) const {
  const milliseconds at_first = wall_since_boot(profile.asked);
  milliseconds furthest = at_first;
  for (const auto& [from, offset] : wall_) {
    if (from > profile.asked_at) furthest = std::max(furthest, offset);
  }
  const Time counted = clocks_.at(moment).boot - profile.asked.boot + (furthest - at_first);
  return moment - profile.asked_at - counted;
}

// Two clocks of three are wrong and, by chance, alike: a lie is as the wall clock's error, or two
// hosts lie the same. Nobody can tell that from the truth.
bool ClockMachine::conspired(const Profile& profile) const {
  const milliseconds wall_error = profile.asked.wall - (kStart + profile.asked_at);
  std::vector<FalseWord> words;
  for (const FalseWord& word : false_words_) {
    if (std::chrono::abs(word.sent_at - profile.asked_at) <= kOneRefresh) words.push_back(word);
  }
  const auto alike = [](milliseconds one, milliseconds other) {
    return std::chrono::abs(one - other) <= kSettled + kNearness;
  };
  return std::any_of(words.begin(), words.end(), [&](const FalseWord& one) {
    if (std::chrono::abs(wall_error) > kSettled && alike(one.error, wall_error)) return true;
    return std::any_of(words.begin(), words.end(), [&](const FalseWord& other) {
      return one.host != other.host && alike(one.error, other.error);
    });
  });
}

// The same of a machine that gets no valid set: a lie of that time bore its wall clock out.
bool ClockMachine::misled(Time since) const {
  return std::any_of(false_words_.begin(), false_words_.end(), [&](const FalseWord& word) {
    return word.sent_at >= since - kOneRefresh &&
           std::chrono::abs(word.error - clocks_.wall_error(time_)) <= kSettled + kNearness;
  });
}

// Nothing that can be read has told: the machine was paused since, neither clock has counted it and
// no two true Dates have come; or the set came by a wall clock that was slow, and without a true
// Date.
bool ClockMachine::excused(const Profile& profile, Time moment) const {
  if (conspired(profile)) return true;
  const Time drifted = (moment - profile.asked_at) / 1500 + seconds(1);
  if (uncounted(profile, moment) > drifted && !told(last_pause_, moment - seconds(1), 2))
    return true;
  const milliseconds wall_error = profile.asked.wall - (kStart + profile.asked_at);
  return wall_error < -kSettled &&
         !told(profile.asked_at - kOneRefresh, profile.asked_at + kOneRefresh, 1);
}

void ClockMachine::check_until(Time until) {
  for (std::size_t i = 0; i < profiles_.size(); ++i) {
    const ProfileState& profile = state().profiles[i];
    if (!profile.credentials) continue;
    const Time expired = std::max(true_end(i) + milliseconds(1), time_);
    if (expired >= until || !servable(profile, clocks_.at(expired))) continue;
    if (!excused(profiles_[i], expired)) return fail("an expired set is served", i, expired);
    ledger_.excused += until - expired;
  }
}

// A wall clock that is wrong has its assertions refused for as long as no Date tells better; where
// one lies as well it may take a second refusal to find out.
Time ClockMachine::allowance() const {
  const bool any_order = !scenario_.events.empty();  // of the model: no fault is named
  const bool wrong = any_order || scenario_.wall_is_wrong();
  const bool lies = any_order || scenario_.dates_lie();
  if (!wrong || !lies) return kMinute + kCallTime;
  const bool refused = std::any_of(state().profiles.begin(), state().profiles.end(), [](auto& one) {
    return one.last_failure && one.last_failure->error.error_class == ErrorClass::refused;
  });
  const bool silent =
      any_order || scenario_.has(Fault::date_is_missing) || scenario_.has(Fault::date_has_an_age);
  return silent && refused ? Time::max() : Time(kLongestRefusal + kMinute);
}

void ClockMachine::check_withheld() {
  for (std::size_t i = 0; i < profiles_.size(); ++i) {
    auto& since = profiles_[i].without_since;
    if (servable(state().profiles[i], now())) {
      since.reset();
      continue;
    }
    if (!since) since = time_;
    if (time_ < down_until_) continue;
    const Time lasted = time_ - std::max({*since, down_until_, quiet_until_});
    ledger_.longest_without = std::max(ledger_.longest_without, lasted);
    if (lasted > allowance() && !misled(time_ - lasted))
      fail("nothing valid though upstream answers", i, time_);
  }
}

// A set comes that nothing called for: the last one had more left than its schedule lets it come
// to.
void ClockMachine::count_needless(std::size_t index) {
  const ProfileState& profile = state().profiles[index];
  if (!servable(profile, now())) return;
  const Time life = profiles_[index].life;
  const Time left = true_end(index) - time_;
  if (left > lead_time(life) + life / 20 + kMinute) ++profiles_[index].needless[time_ / kDay];
}

}  // namespace mdh::simulation
