// A machine whose clocks and upstream are at fault, with the real engine in it on a virtual clock.
// After every step it is asked, at the very millisecond at which a set ends by the true time,
// whether that set would still be handed out.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/refresh/engine.h"
#include "common/upstream/http.h"
#include "tests/simulation/clock_world.h"

namespace mdh::simulation {

// What a machine's days were like.
struct ClockLedger {
  std::string broken;      // the first promise that was broken, and when; empty: none
  Time excused{};          // expired sets were handed out while nothing that can be read told
  int most_needless = 0;   // refreshes of one profile in one day
  Time longest_without{};  // a valid set, while upstream answered
  std::uint64_t refreshes = 0;
};

class ClockMachine {
 public:
  explicit ClockMachine(const Scenario& scenario);
  ClockLedger live();

 private:
  struct Away {
    UpstreamCall call;
    Now sent;
    Time sent_at;
    Dates::Host host{};
    Dates::Written written{};
    bool answered = false;
    bool refused = false;
    Time expiration{};
  };
  struct FalseWord {
    Time sent_at;
    Dates::Host host;
    milliseconds error;
  };
  struct Profile {
    seconds life{};                          // of the sets that it is issued
    Time asked_at{};                         // when its set's request left
    Now asked{};                             // by the clocks
    std::optional<Time> without_since{};     // a valid set
    std::map<std::int64_t, int> needless{};  // refreshes, by day
  };

  Now now() const { return clocks_.at(time_); }
  const State& state() const { return engine_->state(); }
  void turn();
  void send(UpstreamCall call);
  bool refuses(const UpstreamCall& call) const;
  bool arrive();
  void note_word(const Away& away);
  void land(const Away& away);
  UpstreamReply reply_of(const Away& away) const;
  Result<CallResult> outcome_of(const Away& away, UpstreamReply reply, const RoundTrip& clocks);
  void count_needless(std::size_t index);
  bool befall();
  void befall(const Event& event);
  void note_wall();
  void store();
  void restart();
  Time next_step() const;
  void check_until(Time until);
  void check_withheld();
  Time allowance() const;
  Time uncounted(const Profile& profile, Time moment) const;
  bool conspired(const Profile& profile) const;
  bool misled(Time since) const;
  bool excused(const Profile& profile, Time moment) const;
  bool told(Time from, Time until, int words) const;
  Time true_end(std::size_t index) const;
  void fail(const std::string& promise, std::size_t index, Time at);

  Scenario scenario_;
  Config config_;
  Clocks clocks_;
  Dates dates_;
  std::vector<Event> events_;
  std::size_t next_event_ = 0;
  std::mt19937_64 random_;
  seconds token_life_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::pair<CredentialsPtr, SetLife>> stored_sets_;
  Secret stored_;  // what rides in the fd store
  Time time_{};
  Time down_until_{};
  Time quiet_until_{};           // what came last that takes a minute to get over
  Time last_pause_{-1};          // when it ended
  std::deque<Time> true_words_;  // when the requests left whose replies had a true Date
  std::deque<FalseWord> false_words_;
  std::vector<std::pair<Time, milliseconds>> wall_;  // less boot time, from when on
  std::multimap<Time, Away> away_;
  std::map<const AccessToken*, Time> tokens_;  // until when upstream takes them
  std::vector<AccessTokenPtr> kept_;
  std::vector<Profile> profiles_;
  ClockLedger ledger_;
};

}  // namespace mdh::simulation
