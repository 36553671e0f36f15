// A machine that runs the real engine through the weather on a virtual clock, and looks after every
// step whether a promise was broken.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "common/refresh/engine.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/upstream.h"
#include "tests/simulation/weather.h"

namespace mdh::simulation {

// site() is the configuration: profiles p0 … p49 in accounts a0 … a2.
Config site();

class Machine {
 public:
  Machine(const Weather& weather, std::uint64_t seed);

  // live() runs so long, or to the first broken promise.
  void live(Time lasts = kMonth);
  // broken() is what was broken first, and when; empty: nothing.
  const std::string& broken() const { return broken_; }
  const Ledger& ledger() const { return ledger_; }
  const Upstream& upstream() const { return upstream_; }
  // slowest_recovery() is the longest that a profile was failing after an outage's end.
  Time slowest_recovery() const { return slowest_recovery_; }
  std::uint64_t steps() const { return steps_; }

 private:
  struct Away {
    UpstreamCall call;
    Now sent;
    Answer answer;
  };
  struct Profile {
    int project = 0;                    // the weather's number
    bool away = false;                  // an exchange is in flight
    WallTime on_disk{};                 // the expiration of the set in the profile file
    std::optional<Time> amiss_since{};  // seen failing or late
  };

  Now now() const;
  Now now_at(Time time) const;
  void send(UpstreamCall call);
  bool arrive();
  void turn();
  CallReport report_of(const Away& away) const;
  Time next_step() const;
  void advance(Time to);
  void apply_changes(Time after, Time until);
  void write_files();
  void probe();
  void check_step();
  void check_recovery(std::size_t index);
  void check_flight(const UpstreamCall& call);
  void fail(const std::string& promise, std::size_t index);
  Time true_left(std::size_t index) const;

  const Weather& weather_;
  Upstream upstream_;
  Engine engine_;
  Ledger ledger_;
  Time time_{};
  Time next_probe_{};
  BootTime next_turn_{};
  std::multimap<Time, Away> away_;
  std::vector<Profile> profiles_;                       // as State::profiles
  std::map<const AccessToken*, std::uint64_t> tokens_;  // what upstream calls them
  std::vector<AccessTokenPtr> kept_;
  std::array<int, kAccounts> flights_{};
  std::string broken_;
  Time slowest_recovery_{};
  std::uint64_t steps_ = 0;
};

}  // namespace mdh::simulation
