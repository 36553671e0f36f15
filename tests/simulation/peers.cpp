#include "tests/simulation/peers.h"

#include <algorithm>
#include <array>
#include <functional>

#include "tests/simulation/upstream.h"

namespace mdh::simulation {
namespace {

struct Policy {
  const char* name;
  Time poll;                                // how often it looks
  std::function<Time(Time life)> window;    // refreshes when less than this is left
  std::function<Time(int failures)> retry;  // waits so long after a failure
};

Time doubling(int failures) {
  return seconds(std::int64_t{1} << std::min(failures, 16));
}

std::vector<Policy> policies() {
  const auto fixed = [](Time time) { return [time](auto) { return time; }; };
  return {
      {"5 min early, on request (aws-vault, rolesanywhere)", minutes(1), fixed(minutes(5)),
       fixed(minutes(1))},
      {"half-life, backoff to 18 h (ssm-agent)", seconds(10), [](Time life) { return life / 2; },
       doubling},
      {"10 min early, one-minute poll (weep)", minutes(1), fixed(minutes(10)), fixed(minutes(1))},
      {"by hand every hour (the notebook)", hours(1), fixed(hours(1000)), fixed(hours(1))},
  };
}

struct Profile {
  Time expiration{};
  Time received{};
  Time next{};
  int failures = 0;
};

Time wall_of(const Weather& weather, Time time) {
  const Spell* off = weather.find(Kind::clock_off, time, {});
  return time + (off ? off->shift : milliseconds(0));
}

struct Clocks {
  Time time;
  Time wall;
};

void refresh(Upstream& upstream, int project, Profile& profile, Clocks clocks) {
  const auto [time, wall] = clocks;
  const Place where = place(project);
  const Answer token = upstream.token(time, where.account, wall);
  Answer set;
  if (token.token) set = upstream.exchange(time, where, token.token);
  const bool good = set.status == 200 && !set.garbage;
  profile.failures = good ? 0 : profile.failures + 1;
  if (!good) return;
  profile.expiration = set.expiration;
  profile.received = time;
}

void look(const Policy& policy, Upstream& upstream, int project, Profile& profile, Clocks clocks) {
  const auto [time, wall] = clocks;
  profile.next = time + policy.poll;
  const Time life = profile.expiration - profile.received;
  if (profile.expiration - wall >= policy.window(life)) return;
  refresh(upstream, project, profile, clocks);
  if (profile.failures > 0) profile.next = time + policy.retry(profile.failures);
}

Ledger live(const Policy& policy, const Weather& weather) {
  Ledger ledger;
  ledger.client = policy.name;
  Upstream upstream(weather);
  std::array<Profile, kProjects> profiles{};
  // By hand, nobody starts fifty notebooks in the same second.
  for (int i = 0; i < kProjects; ++i) profiles[static_cast<std::size_t>(i)].next = seconds(i);
  for (Time time{}; time < kMonth; time += kProbe) {
    if (asleep(weather, time)) continue;
    const Time wall = wall_of(weather, time);
    for (int i = 0; i < kProjects; ++i) {
      Profile& profile = profiles[static_cast<std::size_t>(i)];
      if (profile.next <= time) look(policy, upstream, i, profile, {time, wall});
      ledger.count(i, profile.expiration - time);
    }
  }
  ledger.calls = upstream.calls();
  return ledger;
}

}  // namespace

std::vector<Ledger> live_as_peers(const Weather& weather) {
  std::vector<Ledger> ledgers;
  for (const Policy& policy : policies()) ledgers.push_back(live(policy, weather));
  return ledgers;
}

}  // namespace mdh::simulation
