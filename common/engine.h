// The refresh engine: the one place that decides who is asked for what, and when. Values in, values
// out: it starts nothing itself, but hands out errands (a signature and a request to send) and is
// told how each ended. No clock, no randomness but the seed, no I/O, so that a month can be
// simulated in seconds. Its arithmetic (lead time, jitter, backoff) is common/rotation. The loop's
// thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/config.h"
#include "common/credentials.h"
#include "common/result.h"
#include "common/snapshot.h"
#include "common/state.h"

namespace mdh {

// Errand is one request to upstream that is due now. Immutable; safe to hand to another thread.
struct Errand {
  enum class Kind { token, exchange };
  std::uint64_t id = 0;  // never reused in a process
  Kind kind = Kind::token;
  std::shared_ptr<const AccountConfig> account;
  std::size_t project = 0;  // exchange: index into account->projects
  AccessTokenPtr token;     // exchange: what to present
  // Upstream's time less boot time where it must be used instead of the wall clock (an assertion
  // whose exp would be past by upstream's clock); nothing: the wall clock will do.
  std::optional<milliseconds> upstream_since_boot;
};

// What an errand brought home.
using Goods = std::variant<AccessTokenPtr, CredentialsPtr>;

struct ErrandReport {
  std::uint64_t id = 0;
  Now sent{};
  Now received{};
  std::optional<WallTime> upstream_date;  // the reply's Date header, of whatever status
  Result<Goods> outcome;
};

class Engine {
 public:
  // Every profile starts due at once (spread by jitter only where `restore` brings a valid set).
  Engine(const Config& config, std::uint64_t jitter_seed, Now now);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // turn() is every errand that is due and may run (one flight a project, one token request an
  // account, at most 8 exchanges an account at once); each is in flight from here until its report.
  std::vector<Errand> turn(Now now);
  // next_turn() is when turn() has something to do if nothing happens before; BootTime::max() if
  // never.
  BootTime next_turn() const;
  // report() takes an errand's end. One that no longer belongs to anything (after reconfigure) is
  // ignored.
  void report(ErrandReport report, Now now);

  // reevaluate() is for a stepped clock, a resume, a network that came up: whatever is due or waits
  // in a backoff that no server asked for is tried once, soon (spread over at most 2 s).
  void reevaluate(Now now);
  // account_changed() is for a key that was replaced: as reevaluate, for this account, with a fresh
  // access token; healthy sets are kept until due.
  void account_changed(std::string_view account, Now now);
  // refresh() is a person's wish (POST /refresh): overrides every backoff but a server's; at most
  // one every 10 s a profile. An unknown profile is refused with wait 0.
  RefreshAnswer refresh(std::string_view profile, Now now);
  // reconfigure() keeps sets, schedule and history of every profile whose project did not change.
  void reconfigure(const Config& config, Now now);
  // restore() takes over what another process left (fd store): sets that match a configured project
  // and are servable; returns how many. Such a profile makes no upstream call until it is due.
  std::size_t restore(const Snapshot& snapshot, Now now);
  // note_file() records what the profile sink said.
  void note_file(std::string_view profile, FileStatus status);

  const State& state() const;

 private:
  class Desk;
  std::unique_ptr<Desk> desk_;
};

}  // namespace mdh
