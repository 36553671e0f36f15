// Upstream's clock, as far as the Dates of its replies bear one another out, and the life of a set
// by it. One Date alone (a cached page, a node whose clock is wrong) may hurry us and lengthens
// nothing. Values in, values out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/credentials.h"
#include "common/state/set_life.h"
#include "common/upstream/clock_reading.h"

namespace mdh {

using ClockReadings = std::vector<ClockReading>;  // in the order of their arrival

// upstream_since_boot() is upstream's time less boot time by one reading.
milliseconds upstream_since_boot(const ClockReading& reading);
// Agreement is upstream's time less boot time, as two clocks bear it out: a Date and the local wall
// clock, or two Dates.
struct Agreement {
  milliseconds since_boot{};  // the first of the readings that any other bears out
  milliseconds latest{};      // where others agree on another time: the latest of these
  BootTime since{};           // when the first request left whose reply says `latest`
  bool contested = false;     // a reading contradicts it
};
// agreement() is the readings'; nothing where no two clocks agree.
std::optional<Agreement> agreement(const ClockReadings& readings);
// latest_agreement() is the same by the last of the readings, where another clock bears it out: the
// local one, what was known, or another Date while none bears out the local clock. What was
// contested stays so: one host may say the same three times.
std::optional<Agreement> latest_agreement(const ClockReadings& readings,
                                          std::optional<milliseconds> known, bool contested);
// doubtful() tells whether the Date is over a minute from the local clock, and not where upstream's
// clock is known to be.
bool doubtful(const ClockReading& reading, std::optional<milliseconds> known);
// hosts_to_ask() are the URLs whose hosts are asked for their time then: the exchange's and, where
// it is another, the token's.
std::vector<std::string> hosts_to_ask(const AccountConfig& account);

// ClockEvidence is what a set's life is judged by beside the local clock.
struct ClockEvidence {
  ClockReadings of_refresh;  // those of the refresh that brought it
  ClockReadings before;      // of the last minute, which may shorten and lengthen nothing
  std::optional<milliseconds> known{};  // upstream's time less boot time, as agreed before
  bool contested = false;               // a reading spoke against that, or others are asked for
};
// judged_life() is the life of a set whose request left at `asked`; nothing when every clock says
// that the set has expired.
std::optional<SetLife> judged_life(const Credentials& set, Now asked,
                                   const ClockEvidence& evidence);

}  // namespace mdh
