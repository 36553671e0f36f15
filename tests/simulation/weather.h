// Thirty days of weather for three accounts and fifty projects, drawn from a seed: what upstream,
// the network, the clocks and the disk do, and when. Values; knows nothing of the engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <vector>

namespace mdh::simulation {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Time = milliseconds;  // since the simulation's start, by a clock that is never wrong

inline constexpr int kAccounts = 3;
inline constexpr int kProjects = 50;
inline constexpr Time kMonth = hours(24 * 30);

// A sanitizer makes everything ten times slower: then a part of it must do.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

struct Place {
  int account = 0;
  int project = 0;  // 0..49 over all accounts
};
// place() is where the project is at home; life() is what its sets live: 900 s, 3600 s or 12 h.
Place place(int project);
seconds life(int project);

enum class Kind {
  outage,     // no request arrives; the machine's own network when `local`
  token_5xx,  // the token endpoint answers 503
  exchange_5xx,
  hang,       // requests end in the client's timeout of 10 s
  slow,       // replies take up to 8 s
  throttled,  // 429, with `asked` seconds or without a header
  invalid_client,
  denied,      // 403 for one project
  malformed,   // a maintenance page
  stray_date,  // the Date header is an hour off
  old_key,     // upstream knows the new key already, the disk holds the old one
  clock_off,   // the local wall clock is off by `shift`
  suspend,     // the machine sleeps
  disk_full
};

struct Spell {
  Kind kind = Kind::outage;
  Time from{};
  Time until{};
  int account = -1;  // -1: all
  int project = -1;  // -1: all of the account
  seconds asked{};   // throttled: Retry-After; zero: no header
  milliseconds shift{};
  bool local = false;

  bool covers(Time time) const { return from <= time && time < until; }
  bool hits(Place where) const {
    return (account < 0 || account == where.account) && (project < 0 || project == where.project);
  }
};

struct Weather {
  std::vector<Spell> spells;                   // by their beginning; suspends do not overlap
  std::map<Kind, std::vector<Spell>> by_kind;  // the same
  std::vector<Time> revocations;               // all tokens issued before are void from then on

  // find() is the spell of that kind that hits the place at the time, or null.
  const Spell* find(Kind kind, Time time, Place where) const;
  // fair_since() is the end of the last spell that could have hurt the project; nothing while one
  // does.
  std::optional<Time> fair_since(Time time, Place where) const;
  // next_change() is the first beginning or end of a spell after `time`.
  Time next_change(Time time) const;
};

Weather draw_weather(std::uint64_t seed);

}  // namespace mdh::simulation
