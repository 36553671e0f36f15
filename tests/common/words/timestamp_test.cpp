#include "common/timestamp.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

WallTime at(std::int64_t since_epoch_ms) {
  return WallTime(milliseconds(since_epoch_ms));
}

TEST(Rfc3339, WritesSecondsFloored) {
  EXPECT_EQ(format_rfc3339(at(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(at(1718801696999)), "2024-06-19T12:54:56Z");
  EXPECT_EQ(format_rfc3339(at(-1)), "1969-12-31T23:59:59Z");
}

TEST(Rfc3339, ReadsEveryFormTheServicesWrite) {
  EXPECT_EQ(parse_rfc3339("2024-06-19T12:54:56Z"), at(1718801696000));
  EXPECT_EQ(parse_rfc3339("2024-06-19T12:54:56.789Z"), at(1718801696789));
  EXPECT_EQ(parse_rfc3339("2024-06-19T12:54:56.7Z"), at(1718801696700));
  EXPECT_EQ(parse_rfc3339("2024-06-19T12:54:56.7891234567Z"), at(1718801696789));
  EXPECT_EQ(parse_rfc3339("2024-06-19t12:54:56z"), at(1718801696000));
  EXPECT_EQ(parse_rfc3339("2024-06-19 12:54:56Z"), at(1718801696000));
  EXPECT_EQ(parse_rfc3339("2024-06-19T14:54:56+02:00"), at(1718801696000));
  EXPECT_EQ(parse_rfc3339("2024-06-19T07:24:56-05:30"), at(1718801696000));
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00-00:00"), at(1709164800000));
}

TEST(Rfc3339, TakesALeapSecondAsTheNextSecond) {
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), at(1483228800000));
}

TEST(Rfc3339, RefusesWhatIsNoSuchTime) {
  for (const char* text : {"",
                           "2024-06-19",
                           "2024-06-19T12:54:56",
                           "2024-06-19  12:54:56Z",
                           "2024-6-19T12:54:56Z",
                           "2023-02-29T00:00:00Z",
                           "2024-13-01T00:00:00Z",
                           "2024-00-01T00:00:00Z",
                           "2024-06-31T00:00:00Z",
                           "2024-06-19T24:00:00Z",
                           "2024-06-19T12:60:00Z",
                           "2024-06-19T12:54:61Z",
                           "2024-06-19T12:54:56.Z",
                           "2024-06-19T12:54:56Zx",
                           "2024-06-19T12:54:56+0200",
                           "2024-06-19T12:54:56+24:00",
                           "2024-06-19T12:54:56+02:60",
                           "+024-06-19T12:54:56Z",
                           " 2024-06-19T12:54:56Z",
                           "02024-06-19T12:54:56Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(Rfc3339, ComesBackFromItsOwnText) {
  for (std::int64_t second = -1'000'000'000; second < 8'000'000'000; second += 86'399'123) {
    EXPECT_EQ(parse_rfc3339(format_rfc3339(at(second * 1000))), at(second * 1000));
  }
}

TEST(HttpDate, ReadsTheFixedAndTheObsoleteForms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), at(784111777000));
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), at(784111777000));
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), at(784111777000));
  EXPECT_EQ(parse_http_date("Thu Nov 16 08:49:37 2023"), at(1700124577000));
}

TEST(HttpDate, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "0", "120", "Sun", "Sun, ", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 31 Feb 2024 08:49:37 GMT", "Xxx, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT x", "Sun Nov 6",
        "Sun, 06-Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace mdh
