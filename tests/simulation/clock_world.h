// A machine's clocks and upstream's, and what befalls them: a time that is never wrong, two clocks
// that may be, two hosts whose Dates may lie. Values; knows nothing of the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/timestamp.h"
#include "tests/simulation/weather.h"

namespace mdh::simulation {

inline constexpr Time kDay = hours(24);

enum class Fault {
  // of the machine
  paused,          // stands still for hours; neither clock is told, but the wall clock at night
  paused_and_set,  // the same, and the wall clock is set right at once
  asleep,          // a suspend: both clocks count it
  set_forward,     // the wall clock is set wrong, forward, and right again hours later
  set_back,        // the same, backward
  starts_in_1970,  // without a clock of its own: set right after some hours
  drifts_fast,     // both clocks, 500 ppm
  drifts_slow,     // the same
  host_is_fast,    // a container: the wall clock is hours off for good
  host_is_slow,    // the same
  restarts,        // the service, and its sets ride in the fd store
  // of upstream
  outages,           // no reply at all, for up to five hours
  date_lies_once,    // one reply in fifty
  date_lies_always,  // the exchange's host
  node_lies,         // one of the exchange host's two nodes
  token_node_lies,   // one of the token host's
  date_is_missing,
  date_has_an_age,  // a cache: the Date is old, and Age says so
  last
};
std::string name(Fault fault);

// Event is one thing that befalls the machine, or from then on upstream's Dates.
struct Event {
  Time at{};
  Fault fault = Fault::last;
  Time length{};      // of a pause, a sleep, an outage
  milliseconds by{};  // of a step
  bool set_right = false;
};

struct Scenario {
  std::vector<Fault> faults;
  std::uint64_t seed = 0;
  Time lasts = kDay;
  std::vector<Event> events{};  // beside those that the faults bring

  bool has(Fault fault) const;
  // wall_is_wrong() tells whether the wall clock is off for long without a step that tells so.
  bool wall_is_wrong() const;
  bool dates_lie() const;
  // both_lie() tells whether two of the faults are lies.
  bool both_lie() const;
};

// Clocks are the machine's two, against the true time.
class Clocks {
 public:
  Clocks(double ppm, milliseconds wall_off) : rate_(1 + ppm / 1e6), wall_off_(wall_off) {}

  Now at(Time time) const;
  // time_of() is when boot time gets there, if nothing happens before.
  Time time_of(BootTime boot) const;
  void pause(Time length) { paused_ += length; }
  void step(milliseconds by) { wall_off_ += by; }
  // set_right() steps the wall clock to the true time; how far.
  milliseconds set_right(Time time);
  // wall_error() is the wall clock less the true time.
  milliseconds wall_error(Time time) const;

 private:
  double rate_;
  milliseconds wall_off_;
  Time paused_{};
};

// events_of() are those of the scenario, in order.
std::vector<Event> events_of(const Scenario& scenario);

// Dates is what the hosts write into their replies.
class Dates {
 public:
  explicit Dates(const Scenario& scenario);

  enum class Host { token, exchange };
  struct Written {
    std::optional<Time> date{};
    bool aged = false;
    bool true_word = false;
  };
  Written written(Host host, Time time);
  // change() has them from now on as that fault has them; `last`: they are right.
  void change(Fault fault) { changed_ = fault; }

 private:
  bool faulty(Fault fault) const;
  Time lie();
  const Scenario& scenario_;
  std::mt19937_64 random_;
  Time lie_;  // of one that always tells the same
  Time token_lie_;
  std::optional<Fault> changed_;
};

}  // namespace mdh::simulation
