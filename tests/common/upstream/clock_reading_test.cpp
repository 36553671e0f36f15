#include "common/upstream/clock_reading.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

RoundTrip trip(const char* wall, milliseconds took = milliseconds(100)) {
  const Now sent{BootTime(seconds(1000)), *parse_rfc3339(wall)};
  return {sent, {sent.boot + took, sent.wall + took}};
}

UpstreamReply dated(const char* date) {
  return {503, {{"date", date}}, Secret()};
}

constexpr const char* kDate = "Sun, 01 Mar 2026 12:00:00 GMT";

TEST(ClockReading, IsTheDateOfAReplyOfAnyStatus) {
  const auto reading = clock_reading(dated(kDate), trip("2026-03-01T09:00:00Z"));
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->date, *parse_rfc3339("2026-03-01T12:00:00Z"));
  EXPECT_EQ(reading->sent.boot, BootTime(seconds(1000)));
  EXPECT_FALSE(clock_reading(UpstreamReply{}, trip("2026-03-01T12:00:00Z")));
  EXPECT_FALSE(clock_reading(dated("yesterday"), trip("2026-03-01T12:00:00Z")));
}

TEST(ClockReading, IsNoneOfACachesPage) {
  UpstreamReply cached = dated(kDate);
  cached.headers.push_back({"Age", "0"});
  EXPECT_FALSE(clock_reading(cached, trip("2026-03-01T12:00:00Z")));
}

TEST(ClockReading, IsNoneThatTookTooLongOrCannotBeRight) {
  EXPECT_FALSE(clock_reading(dated(kDate), trip("2026-03-01T12:00:00Z", seconds(21))));
  EXPECT_FALSE(clock_reading(dated("Mon, 01 Mar 2106 12:00:00 GMT"), trip("2026-03-01T12:00:00Z")));
  EXPECT_FALSE(clock_reading(dated("Thu, 01 Jan 1970 00:00:00 GMT"), trip("2026-03-01T12:00:00Z")));
  EXPECT_FALSE(clock_reading(dated("Thu, 01 Jan 1970 00:00:00 GMT"), trip("1970-01-01T00:00:00Z")));
}

// A machine without a clock of its own starts in 1970.
TEST(ClockReading, HelpsALocalClockThatIsAtNoPossibleTime) {
  EXPECT_TRUE(clock_reading(dated(kDate), trip("1970-01-01T00:01:00Z")));
}

TEST(BareRequest, AsksTheHostAloneAndCarriesNothing) {
  for (const char* url : {"https://a.example:8443/x/y?z=https://b/", "https://a.example:8443"}) {
    const UpstreamRequest request = bare_request(url);
    EXPECT_EQ(request.url, "https://a.example:8443/");
    EXPECT_EQ(request.method, UpstreamRequest::Method::get);
    EXPECT_TRUE(request.authorization.empty());
    EXPECT_TRUE(request.headers.empty());
  }
}

}  // namespace
}  // namespace mdh
