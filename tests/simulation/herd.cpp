#include "tests/simulation/herd.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <queue>
#include <random>

#include "common/refresh/engine.h"
#include "tests/simulation/translation.h"

namespace mdh::simulation {
namespace {

constexpr seconds kLife{3600};
constexpr milliseconds kTrip{120};

Config one_project() {
  Config config;
  AccountConfig account;
  account.service_account = "a";
  account.projects.emplace_back();
  account.projects[0].profile = "p";
  config.accounts.push_back(account);
  return config;
}

// Member is one daemon of the herd: act() sends what is due, and says when it wants to act again.
class EngineMember {
 public:
  EngineMember(const Config& config, std::uint64_t seed, Time time)
      : engine_(config, seed, at(time)) {}

  int act(Time time, bool up) {
    if (away_ && *due_ <= time) {
      CallReport report{away_->id, at(time - kTrip), at(time), std::nullopt,
                        outcome_of(answer_, away_->kind, at(time))};
      away_.reset();
      engine_.report(std::move(report), at(time));
    }
    auto calls = engine_.turn(at(time));
    if (calls.empty()) return 0;
    away_ = std::move(calls.front());
    answer_ = Answer{.status = up ? 200 : 0};
    answer_.lasts = seconds(300);
    answer_.expiration = time + kLife;
    due_ = time + kTrip;
    return 1;
  }
  Time next() const { return away_ ? *due_ : Time(engine_.next_turn() - kBoot); }

 private:
  static Now at(Time time) { return {kBoot + time, kStart + time}; }
  Engine engine_;
  std::optional<UpstreamCall> away_;
  std::optional<Time> due_;
  Answer answer_;
};

// The same lead time and the same doubling, to the millisecond.
class PlainMember {
 public:
  PlainMember(const Config&, std::uint64_t, Time time) : next_(time) {}

  int act(Time time, bool up) {
    if (!up) {
      next_ = time + kTrip + std::min<Time>(seconds(60), seconds(1 << std::min(failures_++, 6)));
      return 1;
    }
    failures_ = 0;
    second_ = !second_;
    next_ = time + (second_ ? Time(kTrip) : Time(kLife - seconds(1800)));
    return 1;
  }
  Time next() const { return next_; }

 private:
  Time next_;
  int failures_ = 0;
  bool second_ = false;  // the token is there, the exchange comes next
};

template <typename Member>
std::vector<int> live(const Herd& herd) {
  using Wake = std::pair<Time, std::size_t>;
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> start(0, herd.switched_on_within.count() - 1);
  const Config config = one_project();
  std::vector<Member> members;
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes;
  for (std::size_t i = 0; i < static_cast<std::size_t>(herd.size); ++i) {
    const Time on(start(random));
    members.emplace_back(config, random(), on);
    wakes.emplace(on, i);
  }
  std::vector<int> requests(static_cast<std::size_t>(herd.lasts / seconds(1)));
  while (wakes.top().first < herd.lasts) {
    const auto [time, index] = wakes.top();
    wakes.pop();
    const bool up = time < herd.outage_from || time >= herd.outage_until;
    requests[static_cast<std::size_t>(time / seconds(1))] += members[index].act(time, up);
    wakes.emplace(std::max(members[index].next(), time + milliseconds(1)), index);
  }
  return requests;
}

}  // namespace

std::vector<int> requests_a_second(const Herd& herd, bool jitter) {
  return jitter ? live<EngineMember>(herd) : live<PlainMember>(herd);
}

Wave wave(const std::vector<int>& requests, Time from, Time until) {
  const auto second = [](Time time) { return static_cast<std::size_t>(time / seconds(1)); };
  std::size_t first = second(from);
  std::size_t last = std::min(second(until), requests.size());
  while (first < last && requests[first] == 0) ++first;
  while (last > first && requests[last - 1] == 0) --last;
  Wave found{seconds(first), seconds(last), 0, 0};
  std::int64_t sum = 0;
  for (std::size_t i = first; i < last; ++i) {
    found.peak = std::max(found.peak, requests[i]);
    sum += requests[i];
  }
  if (last > first) found.mean = static_cast<double>(sum) / static_cast<double>(last - first);
  return found;
}

}  // namespace mdh::simulation
