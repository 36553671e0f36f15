#include "tests/simulation/clock_world.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/simulation/translation.h"

namespace mdh::simulation {
namespace {

Time draw(std::mt19937_64& random, Time least, Time most) {
  return Time(std::uniform_int_distribution<std::int64_t>(least.count(), most.count())(random));
}

// One a day, at any hour; its end falls within the day.
void add_pause(std::vector<Event>& events, std::mt19937_64& random, Time day, bool set) {
  const Time at = day + draw(random, minutes(2), hours(16));
  const Time length = draw(random, minutes(1), hours(5));
  events.push_back({at, Fault::paused, length, {}, set});
  if (!set) events.push_back({day + hours(23), Fault::set_forward, {}, {}, true});
}

void add_step(std::vector<Event>& events, std::mt19937_64& random, Time day, int sign) {
  const Time at = day + draw(random, minutes(2), hours(12));
  events.push_back({at, Fault::set_forward, {}, sign * draw(random, minutes(1), hours(6)), false});
  const Time right = at + draw(random, minutes(1), hours(11));
  events.push_back({right, Fault::set_forward, {}, {}, true});
}

void add_day(std::vector<Event>& events, std::mt19937_64& random, Fault fault, Time day) {
  const Time any = day + draw(random, minutes(2), hours(18));
  switch (fault) {
    case Fault::paused:
      return add_pause(events, random, day, false);
    case Fault::paused_and_set:
      return add_pause(events, random, day, true);
    case Fault::asleep:
      events.push_back({any, Fault::asleep, draw(random, minutes(1), hours(5)), {}, false});
      return;
    case Fault::set_forward:
      return add_step(events, random, day, 1);
    case Fault::set_back:
      return add_step(events, random, day, -1);
    case Fault::starts_in_1970:
      if (day == Time(0))
        events.push_back({draw(random, minutes(1), hours(6)), Fault::set_forward, {}, {}, true});
      return;
    case Fault::restarts:
      for (int i = 0; i < 4; ++i) {
        events.push_back({day + draw(random, Time(0), kDay), Fault::restarts, {}, {}, false});
      }
      return;
    case Fault::outages:
      events.push_back({any, Fault::outages, draw(random, minutes(1), hours(5)), {}, false});
      return;
    default:
      return;
  }
}

// A Date that is not there lies as well, by what it keeps back.
bool is_lie(Fault fault) {
  return fault >= Fault::date_lies_once && fault < Fault::last;
}

}  // namespace

std::string name(Fault fault) {
  constexpr std::array kNames{
      "paused",          "paused, then set right", "asleep",      "set forward",
      "set back",        "starts in 1970",         "drifts fast", "drifts slow",
      "host is fast",    "host is slow",           "restarts",    "outages",
      "Date lies once",  "Date lies always",       "a node lies", "a token node lies",
      "Date is missing", "Date has an Age"};
  static_assert(kNames.size() == static_cast<std::size_t>(Fault::last));
  return kNames.at(static_cast<std::size_t>(fault));
}

bool Scenario::has(Fault fault) const {
  return std::find(faults.begin(), faults.end(), fault) != faults.end();
}

bool Scenario::wall_is_wrong() const {
  return has(Fault::paused) || has(Fault::host_is_fast) || has(Fault::host_is_slow) ||
         has(Fault::drifts_fast) || has(Fault::drifts_slow) || has(Fault::starts_in_1970) ||
         has(Fault::set_forward) || has(Fault::set_back);
}

bool Scenario::dates_lie() const {
  return std::any_of(faults.begin(), faults.end(), is_lie);
}

bool Scenario::both_lie() const {
  return std::count_if(faults.begin(), faults.end(), is_lie) > 1;
}

Now Clocks::at(Time time) const {
  const Time counted(std::llround(static_cast<double>((time - paused_).count()) * rate_));
  return {kBoot + counted, kStart + counted + wall_off_};
}

Time Clocks::time_of(BootTime boot) const {
  const auto counted = static_cast<double>((boot - kBoot).count());
  return paused_ + Time(static_cast<std::int64_t>(std::ceil(counted / rate_)));
}

milliseconds Clocks::set_right(Time time) {
  const milliseconds by = -wall_error(time);
  wall_off_ += by;
  return by;
}

milliseconds Clocks::wall_error(Time time) const {
  return at(time).wall - (kStart + time);
}

std::vector<Event> events_of(const Scenario& scenario) {
  std::mt19937_64 random(scenario.seed);
  std::vector<Event> events = scenario.events;
  for (Time day{}; day < scenario.lasts; day += kDay) {
    for (const Fault fault : scenario.faults) add_day(events, random, fault, day);
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& left, const Event& right) { return left.at < right.at; });
  return events;
}

Dates::Dates(const Scenario& scenario)
    : scenario_(scenario), random_(scenario.seed ^ 0xda7e), lie_(lie()), token_lie_(-lie_ / 3) {}

Time Dates::lie() {
  constexpr std::array<Time, 8> kLies{
      hours(2),  hours(-2),  minutes(40),          minutes(-40),
      hours(30), hours(-30), hours(24 * 365 * 80), hours(-24 * 365 * 56)};
  return kLies[random_() % kLies.size()];
}

bool Dates::faulty(Fault fault) const {
  return changed_ ? *changed_ == fault : scenario_.has(fault);
}

Dates::Written Dates::written(Host host, Time time) {
  const Time second = std::chrono::floor<seconds>(time);
  const bool other_node = random_() % 2 == 0;
  if (faulty(Fault::date_is_missing)) return {};
  if (faulty(Fault::date_has_an_age)) return {second - hours(2), true, false};
  const bool exchange = host == Host::exchange;
  const bool lies = (exchange && faulty(Fault::date_lies_always)) ||
                    (exchange && other_node && faulty(Fault::node_lies)) ||
                    (!exchange && other_node && faulty(Fault::token_node_lies));
  if (lies) return {second + (exchange ? lie_ : token_lie_), false, false};
  if (faulty(Fault::date_lies_once) && random_() % 50 == 0)
    return {second + lie() + seconds(static_cast<int>(random_() % 7200)), false, false};
  return {second, false, true};
}

}  // namespace mdh::simulation
