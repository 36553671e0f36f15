// Points in time and their text. Two clocks, never mixed: BootTime (CLOCK_BOOTTIME, counts through
// a suspend, never stepped) for waiting, WallTime (CLOCK_REALTIME, UTC) for expiry. Pure; reads no
// clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mdh {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct BootClock {
  using duration = milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using BootTime = BootClock::time_point;
using WallTime = std::chrono::sys_time<milliseconds>;

// Now is one reading of both clocks, taken once a turn by the loop and handed down as an argument.
struct Now {
  BootTime boot{};
  WallTime wall{};
};

// format_rfc3339() writes YYYY-MM-DDTHH:MM:SSZ, floored to the second (what every AWS SDK reads).
std::string format_rfc3339(WallTime time);
// parse_rfc3339() reads RFC 3339 section 5.6: any fraction, `Z` or an offset, either case of T and
// Z, a blank for T; nothing when it is not that, or no such day or time exists (a leap second :60
// is the next second).
std::optional<WallTime> parse_rfc3339(std::string_view text);
// parse_http_date() reads RFC 9110 section 5.6.7, the obsolete forms too.
std::optional<WallTime> parse_http_date(std::string_view text);
// spoken_duration() is a length of time for people, in its two largest units: "42 s", "12 min",
// "3 h 5 min", "2 d 4 h"; below zero as zero.
std::string spoken_duration(seconds length);

}  // namespace mdh
