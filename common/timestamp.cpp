#include "common/timestamp.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace mdh {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Civil is a date and time of day as written; whether it exists is asked in when().
struct Civil {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

Civil civil(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<seconds>(time) - day);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

std::optional<WallTime> when(const Civil& at) {
  const std::chrono::year_month_day date(std::chrono::year(at.year),
                                         std::chrono::month(static_cast<unsigned>(at.month)),
                                         std::chrono::day(static_cast<unsigned>(at.day)));
  if (!date.ok() || at.hour > 23 || at.minute > 59 || at.second > 60) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(at.hour) +
         std::chrono::minutes(at.minute) + seconds(at.second);
}

// Reader takes a text apart from the front; once something did not fit, it stays bad.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool finished() const { return good_ && rest_.empty(); }
  bool good() const { return good_; }

  // accept() takes one of these characters if it is next.
  char accept(std::string_view any) {
    if (rest_.empty() || any.find(rest_.front()) == any.npos) return '\0';
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }
  void expect(std::string_view text) {
    good_ = good_ && rest_.starts_with(text);
    if (good_) rest_.remove_prefix(text.size());
  }
  void expect_any(std::string_view any) { good_ = accept(any) != '\0' && good_; }

  int digits(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) value = 10 * value + digit();
    return value;
  }
  int digit() {
    const char taken = accept("0123456789");
    good_ = good_ && taken != '\0';
    return good_ ? taken - '0' : 0;
  }
  int month() {
    const auto found = std::find(kMonths.begin(), kMonths.end(), rest_.substr(0, 3));
    good_ = good_ && found != kMonths.end();
    if (good_) rest_.remove_prefix(3);
    return static_cast<int>(found - kMonths.begin()) + 1;
  }
  void clock(Civil& at) {
    at.hour = digits(2);
    expect(":");
    at.minute = digits(2);
    expect(":");
    at.second = digits(2);
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

milliseconds read_fraction(Reader& reader) {
  if (!reader.accept(".")) return {};
  int value = reader.digit() * 100;
  int weight = 10;
  while (const char taken = reader.accept("0123456789")) {
    value += (taken - '0') * weight;
    weight /= 10;
  }
  return milliseconds(value);
}

std::optional<seconds> read_offset(Reader& reader) {
  if (reader.accept("Zz")) return seconds(0);
  const char sign = reader.accept("+-");
  const int hours = reader.digits(2);
  reader.expect(":");
  const int minutes = reader.digits(2);
  if (!sign || !reader.good() || hours > 23 || minutes > 59) return std::nullopt;
  return seconds((hours * 60 + minutes) * (sign == '-' ? -60 : 60));
}

// IMF-fixdate and the obsolete RFC 850 form, after the comma.
std::optional<WallTime> read_dashed_or_spaced(Reader reader) {
  Civil at;
  reader.expect(" ");
  at.day = reader.digits(2);
  reader.expect_any(" -");
  at.month = reader.month();
  const bool short_year = reader.accept("-") != '\0';
  if (!short_year) reader.expect(" ");
  at.year = reader.digits(short_year ? 2 : 4);
  if (short_year) at.year += at.year < 70 ? 2000 : 1900;
  reader.expect(" ");
  reader.clock(at);
  reader.expect(" GMT");
  return reader.finished() ? when(at) : std::nullopt;
}

// asctime's form, after the day's name: "Nov  6 08:49:37 1994".
std::optional<WallTime> read_asctime(Reader reader) {
  Civil at;
  reader.expect(" ");
  at.month = reader.month();
  reader.expect(" ");
  at.day = reader.accept(" ") ? reader.digit() : reader.digits(2);
  reader.expect(" ");
  reader.clock(at);
  reader.expect(" ");
  at.year = reader.digits(4);
  return reader.finished() ? when(at) : std::nullopt;
}

}  // namespace

std::string format_rfc3339(WallTime time) {
  const Civil at = civil(time);
  std::array<char, 64> text{};
  (void)std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", at.year, at.month,
                      at.day, at.hour, at.minute, at.second);
  return text.data();
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  Reader reader(text);
  Civil at;
  at.year = reader.digits(4);
  reader.expect("-");
  at.month = reader.digits(2);
  reader.expect("-");
  at.day = reader.digits(2);
  reader.expect_any("Tt ");  // .NET's "u" has the blank
  reader.clock(at);
  const milliseconds fraction = read_fraction(reader);
  const std::optional<seconds> offset = read_offset(reader);
  const std::optional<WallTime> local = when(at);
  if (!reader.finished() || !offset || !local) return std::nullopt;
  return *local + fraction - *offset;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  const auto named = [&](std::string_view day) { return text.starts_with(day); };
  if (std::none_of(kWeekdays.begin(), kWeekdays.end(), named)) return std::nullopt;
  const std::size_t comma = text.find(',');
  if (comma == text.npos) return read_asctime(Reader(text.substr(3)));
  return read_dashed_or_spaced(Reader(text.substr(comma + 1)));
}

std::string spoken_duration(seconds length) {
  const long long total = std::max<long long>(length.count(), 0);
  const long long days = total / 86400;
  const long long hours = total / 3600 % 24;
  const long long minutes = total / 60 % 60;
  const auto spoken = [](long long count, const char* unit) {
    return std::to_string(count) + " " + unit;
  };
  const auto pair = [&](const std::string& large, long long count, const char* unit) {
    return count == 0 ? large : large + " " + spoken(count, unit);
  };
  if (days > 0) return pair(spoken(days, "d"), hours, "h");
  if (hours > 0) return pair(spoken(hours, "h"), minutes, "min");
  if (minutes >= 10) return spoken(minutes, "min");
  if (minutes > 0) return pair(spoken(minutes, "min"), total % 60, "s");
  return spoken(total, "s");
}

}  // namespace mdh
