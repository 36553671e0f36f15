// Claims: the names are the contract's, every outcome is there from the start, buckets accumulate.
#include "common/report/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mdh {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const Now kNow{BootTime(5000s), WallTime(1795521180s)};

State one_profile() {
  State state;
  state.accounts.push_back({"lab", std::nullopt});
  ProfileState profile;
  profile.name = "mdh-lab";
  state.profiles.push_back(profile);
  return state;
}

std::string text_of(const State& state, const HttpCounters& counters = {}) {
  return metrics_text({state, {2, 1}}, {counters, {1.5, 9e6, 4e7, 12, 1024, 1795500000}}, kNow);
}

TEST(Metrics, NamesAreTheContracts) {
  State state = one_profile();
  state.accounts[0].upstream_since_boot =
      kNow.wall.time_since_epoch() - kNow.boot.time_since_epoch() + 90s;
  HttpCounters counters;
  counters.requests[{"/credentials/{profile}", 200}] = 7;
  counters.denied["host"] = 2;
  const std::string text = text_of(state, counters);
  for (const char* line :
       {"mdh_credentials_expiry_timestamp_seconds{profile=\"mdh-lab\"} 0\n",
        "mdh_credentials_http_requests_total{route=\"/credentials/{profile}\",code=\"200\"} 7\n",
        "mdh_credentials_denied_requests_total{reason=\"host\"} 2\n",
        "mdh_credentials_clock_skew_seconds{account=\"lab\"} 90\n",
        "mdh_credentials_hidden_profiles{served=\"yes\"} 1\n",
        "mdh_credentials_hidden_profiles{served=\"no\"} 1\n",
        "mdh_credentials_build_info{version=\"" MDH_VERSION "\"} 1\n",
        "# TYPE mdh_credentials_refresh_duration_seconds histogram\n",
        "process_cpu_seconds_total 1.5\n", "process_open_fds 12\n", "process_max_fds 1024\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Metrics, EveryOutcomeIsThereFromTheStart) {
  State state = one_profile();
  state.profiles[0].outcomes["throttled"] = 4;
  const std::string text = text_of(state);
  for (const char* outcome : {"success\"} 0", "config\"} 0", "refused\"} 0", "throttled\"} 4",
                              "unreachable\"} 0", "malformed\"} 0", "storage\"} 0"}) {
    EXPECT_THAT(text, HasSubstr(std::string("profile=\"mdh-lab\",outcome=\"") + outcome));
  }
}

TEST(Metrics, ExpiryIsTheLifesEndByTheLocalClock) {
  State state = one_profile();
  auto set = std::make_shared<Credentials>();
  set->expiration = kNow.wall + 7200s;
  state.profiles[0].credentials = set;
  state.profiles[0].life = lasting(kNow, 600s);
  EXPECT_THAT(text_of(state), HasSubstr("seconds{profile=\"mdh-lab\"} 1795521780\n"));
}

TEST(Metrics, SkewIsLeftOutBeforeItIsKnown) {
  EXPECT_THAT(text_of(one_profile()), Not(HasSubstr("skew_seconds{")));
}

TEST(Metrics, TellOfTheFileOnlyWhereOneIsAskedFor) {
  State state = one_profile();
  EXPECT_THAT(text_of(state), Not(HasSubstr("profile_file_ok{")));
  for (const auto& [file, value] :
       {std::pair(FileCondition::pending, "0"), std::pair(FileCondition::failed, "0"),
        std::pair(FileCondition::written, "1")}) {
    state.profiles[0].file.condition = file;
    EXPECT_THAT(text_of(state),
                HasSubstr(std::string("profile_file_ok{profile=\"mdh-lab\"} ") + value + "\n"));
  }
}

TEST(Metrics, TellSinceWhenTheAttemptsFailAndTheConfigurationIsRefused) {
  State state = one_profile();
  state.config_read = WallTime(1795500000s);
  EXPECT_THAT(text_of(state), Not(HasSubstr("failing_since_timestamp_seconds{")));
  EXPECT_THAT(text_of(state), HasSubstr("mdh_credentials_reload_ok 1\n"));
  EXPECT_THAT(text_of(state), HasSubstr("reload_timestamp_seconds 1795500000\n"));
  const Error error{ErrorClass::refused, Stage::token, "no", ""};
  state.profiles[0].last_failure = Failure{error, kNow.wall, WallTime(1795520000s)};
  state.refused_reload = Failure{error, kNow.wall, WallTime(1795510000s)};
  EXPECT_THAT(text_of(state), HasSubstr("failing_since_timestamp_seconds{profile=\"mdh-lab\",class="
                                        "\"refused\"} 1795520000\n"));
  EXPECT_THAT(text_of(state), HasSubstr("mdh_credentials_reload_ok 0\n"));
  EXPECT_THAT(text_of(state), HasSubstr("reload_timestamp_seconds 1795510000\n"));
}

TEST(Metrics, BucketsAccumulate) {
  State state = one_profile();
  state.durations.counts[0] = 1;
  state.durations.counts[3] = 2;
  state.durations.counts[8] = 4;
  state.durations.sum = 99.5;
  const std::string text = text_of(state);
  for (const char* line :
       {"_bucket{le=\"0.05\"} 1\n", "_bucket{le=\"0.25\"} 1\n", "_bucket{le=\"0.5\"} 3\n",
        "_bucket{le=\"10\"} 3\n", "_bucket{le=\"+Inf\"} 7\n", "_count 7\n", "_sum 99.5\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace mdh
