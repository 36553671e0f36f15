#include "common/refresh/upstream_clock.h"

#include <algorithm>
#include <chrono>

#include "common/upstream/credential_exchange.h"
#include "common/upstream/reply_error.h"

namespace mdh {
namespace {

constexpr seconds kNear{5};
constexpr seconds kDoubtful{60};
constexpr seconds kAssumedLife{900};  // the least that STS issues

// Where upstream's time less boot time lies by one reading: its Date was written between sending
// and receiving, and its fraction was cut off.
struct Range {
  milliseconds least;
  milliseconds most;
};

Range range_of(const ClockReading& reading) {
  const milliseconds date = reading.date.time_since_epoch();
  return {date - reading.received.boot.time_since_epoch(),
          date + seconds(1) - reading.sent.boot.time_since_epoch()};
}

bool near(const Range& left, const Range& right) {
  return left.least <= right.most + kNear && right.least <= left.most + kNear;
}

bool near(const Range& range, milliseconds offset) {
  return near(range, Range{offset, offset});
}

bool near_wall(const ClockReading& reading) {
  const Now& at = reading.received;
  return near(range_of(reading), at.wall.time_since_epoch() - at.boot.time_since_epoch());
}

bool same(const ClockReading& left, const ClockReading& right) {
  return near(range_of(left), range_of(right));
}

bool unanimous(const ClockReadings& readings) {
  return std::all_of(readings.begin(), readings.end(),
                     [&](const auto& one) { return same(one, readings.back()); });
}

// A request that left before the machine was paused brings a Date from before the pause.
BootTime first_sent(const ClockReadings& readings, milliseconds offset) {
  BootTime first = BootTime::max();
  for (const ClockReading& one : readings) {
    if (near(range_of(one), offset)) first = std::min(first, one.sent.boot);
  }
  return first;
}

Agreement agreed(milliseconds offset, const ClockReadings& readings) {
  return {offset, offset, first_sent(readings, offset), false};
}

// Judge weighs the clocks against each other for one set.
class Judge {
 public:
  Judge(const Credentials& set, Now asked, const ClockEvidence& evidence)
      : set_(set), asked_(asked), evidence_(evidence), all_(evidence.before) {
    all_.insert(all_.end(), evidence.of_refresh.begin(), evidence.of_refresh.end());
  }

  std::optional<SetLife> verdict() const {
    if (!set_.expiration_named) return assumed(kAssumedLife);
    const bool possible = sane(wall_life());
    if (wall_confirmed()) return by_wall();
    const std::optional<milliseconds> shortest = shortest_sane();
    const bool refuted = wall_refuted();
    if (shortest && refuted) return lasting(asked_, agreed_life(*shortest));
    if (possible && !refuted) return doubted(shortest);
    if (!shortest && !possible && expired_by_all()) return std::nullopt;
    const milliseconds believed = shortest.value_or(possible ? wall_life() : kAssumedLife);
    return assumed(std::min<milliseconds>(believed, kAssumedLife));
  }

 private:
  static bool sane(milliseconds life) { return life >= kLeastServed && life <= kLongestLife; }

  milliseconds wall_life() const { return set_.expiration - asked_.wall; }

  // Errs to the short side: the Date may have been written as early as the request left.
  milliseconds dated_life(const ClockReading& reading) const {
    return set_.expiration - (reading.date + (asked_.boot - reading.sent.boot));
  }

  bool wall_confirmed() const {
    return std::any_of(evidence_.of_refresh.begin(), evidence_.of_refresh.end(), near_wall);
  }

  bool wall_refuted() const {
    const ClockReadings& readings = evidence_.of_refresh;
    const auto borne_out = [&](const ClockReading& one) {
      const bool known = evidence_.known && !evidence_.contested;
      return (known && near(range_of(one), *evidence_.known)) ||
             std::count_if(readings.begin(), readings.end(),
                           [&](const auto& other) { return same(one, other); }) > 1;
    };
    return std::any_of(readings.begin(), readings.end(), borne_out);
  }

  // What was known, or said before, may shorten too: a pause since only makes it say less.
  std::optional<milliseconds> shortest_sane() const {
    std::optional<milliseconds> shortest;
    const auto take = [&](milliseconds life) {
      if (sane(life) && (!shortest || life < *shortest)) shortest = life;
    };
    for (const ClockReading& one : all_) take(dated_life(one));
    if (evidence_.known) {
      take(set_.expiration.time_since_epoch() - asked_.boot.time_since_epoch() - *evidence_.known);
    }
    return shortest;
  }

  // Dates that contradict one another lengthen nothing.
  milliseconds agreed_life(milliseconds shortest) const {
    const bool believed = unanimous(all_) && !evidence_.contested;
    return believed || !sane(wall_life()) ? shortest : std::min(shortest, wall_life());
  }

  SetLife assumed(milliseconds length) const {
    SetLife life = lasting(asked_, length);
    life.assumed = true;
    return life;
  }

  // A slow reply confirms less than a quick one: then its own word counts where it is the shorter.
  std::optional<SetLife> by_wall() const {
    if (wall_life() < kLeastServed) return std::nullopt;
    if (!sane(wall_life())) return assumed(kAssumedLife);
    std::optional<milliseconds> shorter;
    for (const ClockReading& one : evidence_.of_refresh) {
      const milliseconds life = dated_life(one);
      if (near_wall(one) && life < wall_life() - kNear && (!shorter || life < *shorter))
        shorter = life;
    }
    return doubted(shorter);
  }

  SetLife doubted(std::optional<milliseconds> shorter) const {
    SetLife life = lasting(asked_, wall_life());
    if (shorter && *shorter < life.whole) life.doubted = shorter;
    return life;
  }

  bool expired_by_all() const {
    return wall_life() < kLeastServed && !all_.empty() &&
           std::all_of(all_.begin(), all_.end(),
                       [&](const auto& one) { return dated_life(one) < kLeastServed; });
  }

  const Credentials& set_;
  Now asked_;
  const ClockEvidence& evidence_;
  ClockReadings all_;
};

}  // namespace

milliseconds upstream_since_boot(const ClockReading& reading) {
  const Range range = range_of(reading);
  return range.least + (range.most - range.least) / 2;
}

std::optional<Agreement> agreement(const ClockReadings& readings) {
  const auto confirmed = std::find_if(readings.rbegin(), readings.rend(), near_wall);
  if (confirmed != readings.rend()) return agreed(upstream_since_boot(*confirmed), readings);
  std::optional<Agreement> found;
  for (auto one = readings.begin(); one != readings.end(); ++one) {
    if (std::none_of(one + 1, readings.end(), [&](const auto& two) { return same(*one, two); }))
      continue;
    const milliseconds offset = upstream_since_boot(*one);
    if (!found) found = agreed(offset, readings);
    if (offset > found->latest) found->latest = offset;
  }
  if (!found) return std::nullopt;
  found->since = first_sent(readings, found->latest);
  found->contested = std::any_of(readings.begin(), readings.end(), [&](const auto& one) {
    return !near(range_of(one), found->since_boot);
  });
  return found;
}

std::optional<Agreement> latest_agreement(const ClockReadings& readings,
                                          std::optional<milliseconds> known, bool contested) {
  if (readings.empty()) return std::nullopt;
  const ClockReading& last = readings.back();
  const milliseconds offset = upstream_since_boot(last);
  if (near_wall(last) || (known && near(range_of(last), *known))) {
    return agreed(offset, readings);
  }
  const bool wall_confirmed = std::any_of(readings.begin(), readings.end(), near_wall);
  const auto others = std::count_if(readings.begin(), readings.end() - 1,
                                    [&](const auto& other) { return same(other, last); });
  if (wall_confirmed || others == 0) return std::nullopt;
  Agreement found = agreed(offset, readings);
  found.contested = contested || !unanimous(readings);
  return found;
}

bool doubtful(const ClockReading& reading, std::optional<milliseconds> known) {
  if (known && near(range_of(reading), *known)) return false;
  const Now& at = reading.received;
  const milliseconds off =
      upstream_since_boot(reading) - (at.wall.time_since_epoch() - at.boot.time_since_epoch());
  return std::chrono::abs(off) > kDoubtful;
}

std::vector<std::string> hosts_to_ask(const AccountConfig& account) {
  std::vector<std::string> urls;
  if (!account.projects.empty()) urls.push_back(exchange_url(account.projects.front()));
  if (urls.empty() || host_of(urls.front()) != host_of(account.token_url)) {
    urls.push_back(account.token_url);
  }
  return urls;
}

std::optional<SetLife> judged_life(const Credentials& set, Now asked,
                                   const ClockEvidence& evidence) {
  return Judge(set, asked, evidence).verdict();
}

}  // namespace mdh
