// A bench for the engine: a virtual clock, an upstream of lambdas, and calls that end after
// a time of their own. What a test asserts on is State.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/refresh/engine.h"

namespace mdh::bench {

// Reply is what upstream does with one call.
struct Reply {
  Result<CallResult> outcome;
  milliseconds takes{100};
  bool dated = true;           // carries a Date header
  milliseconds date_is_off{};  // and by so much a wrong one
};

Error failure(ErrorClass error_class, int status = 0, std::string oauth_error = {});
AccessTokenPtr token(Now now, seconds life = seconds(300));
CredentialsPtr credentials(WallTime expiration, WallTime received, std::string key = "AKIA");
// config() has one account of that name and that many projects: profiles NAME-0, NAME-1 …
Config config(const std::vector<std::pair<std::string, int>>& accounts);

class Bench {
 public:
  using Upstream = std::function<Reply(Bench&, const UpstreamCall&)>;
  explicit Bench(const Config& config, std::uint64_t seed = 1);

  // run() lets time pass, taking every turn and report when it is due.
  void run(milliseconds time);
  // run_until() runs until the condition holds; false when it does not within `most`.
  bool run_until(const std::function<bool()>& condition, milliseconds most);
  // sleep() is a suspend, or a loop that was kept: time passes and nothing happens.
  void sleep(milliseconds time);
  // step() moves the wall clock alone.
  void step(milliseconds time) { wall_offset_ += time; }
  // pause() is a machine that stood still: neither of its clocks counts the time.
  void pause(milliseconds time) { paused_ += time; }

  Now now() const;
  WallTime upstream_now() const;  // the true time
  const ProfileState& profile(const std::string& name) const;
  bool served(const std::string& name) const;
  // next() is the profile's next attempt, from now.
  milliseconds next(const std::string& name) const;
  Reply good(const UpstreamCall& call) const;

  Engine engine;
  Upstream upstream = [](Bench& bench, const UpstreamCall& call) { return bench.good(call); };
  seconds life{3600};  // of the sets upstream issues
  seconds token_life{300};
  std::vector<UpstreamCall> sent;  // in order
  std::vector<BootTime> sent_at;
  std::map<std::string, int> calls;  // "token NAME" or "exchange PROFILE"

 private:
  struct Away {
    UpstreamCall call;
    Reply reply;
    Now sent;
    WallTime date;
  };
  void send(UpstreamCall call);
  void come_home(BootTime due);

  BootTime boot_{};
  milliseconds wall_offset_{};
  milliseconds paused_{};
  std::multimap<BootTime, Away> away_;
  friend Now start_of(const Bench& bench);
};

}  // namespace mdh::bench
