// Claims: the status document has exactly the contract's shape and no secret; the one line names
// the worst first.
#include "common/report/status.h"
#include "common/state/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace mdh {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const Now kNow{BootTime(5000s), WallTime(1795521180s)};

ProfileState profile(const std::string& name, seconds left) {
  ProfileState made;
  made.name = name;
  made.region = "eu-west-1";
  made.attempted = true;
  auto set = std::make_shared<Credentials>();
  set->access_key_id = "ASIASECRET";
  set->secret_access_key = Secret("wJalrSECRET");
  set->session_token = Secret("FwoSECRET");
  set->expiration = kNow.wall + left;
  made.credentials = set;
  made.life = lasting(kNow, left);
  made.refreshed_at = kNow.wall - 60s;
  made.next_attempt_at = kNow.wall + 725s;
  return made;
}

State state_of(std::vector<ProfileState> profiles) {
  State state;
  state.accounts.push_back({"lab", std::nullopt});
  state.profiles = std::move(profiles);
  state.started = BootTime(1000s);
  return state;
}

void fail(ProfileState& profile, const std::string& message) {
  profile.last_failure = Failure{
      {ErrorClass::throttled, Stage::token, message, "wait"}, kNow.wall - 5s, kNow.wall - 600s};
  profile.consecutive_failures = 3;
}

TEST(StatusDocument, HasTheContractsShape) {
  State state = state_of({profile("one", 600s)});
  fail(state.profiles[0], "too many");
  state.profiles[0].file = {"/home/a/.aws/credentials", FileCondition::failed, "disk full"};
  const auto document = nlohmann::json::parse(status_json(state, kNow));
  EXPECT_EQ(document["uptime_seconds"], 4000);
  EXPECT_EQ(document["version"], MDH_VERSION);
  EXPECT_EQ(document["accounts"][0]["name"], "lab");
  EXPECT_TRUE(document["accounts"][0]["skew_seconds"].is_null());
  const auto one = document["profiles"][0];
  EXPECT_EQ(one["profile"], "one");
  EXPECT_EQ(one["account"], "lab");
  EXPECT_EQ(one["region"], "eu-west-1");
  EXPECT_TRUE(one["athena"].is_null());
  EXPECT_EQ(one["state"], "failing");
  EXPECT_EQ(one["expires_at"], "2026-11-24T12:03:00Z");
  EXPECT_EQ(one["expires_in_seconds"], 600);
  EXPECT_EQ(one["expiration_assumed"], false);
  EXPECT_EQ(one["consecutive_failures"], 3);
  EXPECT_EQ(one["last_error"]["class"], "throttled");
  EXPECT_EQ(one["last_error"]["stage"], "token");
  EXPECT_EQ(one["last_error"]["message"], "too many");
  EXPECT_EQ(one["last_error"]["hint"], "wait");
  EXPECT_EQ(one["file"]["state"], "failed");
  EXPECT_EQ(one["file"]["message"], "disk full");
  EXPECT_EQ(one["last_error"]["since"], "2026-11-24T11:43:00Z");
}

TEST(StatusDocument, TellsOfTheFileWhatToDoSinceWhenAndWhatWasWrittenLast) {
  State state = state_of({profile("one", 600s)});
  FileStatus& file = state.profiles[0].file;
  file = {"/f", FileCondition::failed, "disk full", {}, "free it"};
  file.since = kNow.wall - 60s;
  const auto told = [&] { return nlohmann::json::parse(status_json(state, kNow))["profiles"][0]; };
  EXPECT_EQ(told()["file"]["hint"], "free it");
  EXPECT_EQ(told()["file"]["since"], "2026-11-24T11:52:00Z");
  EXPECT_TRUE(told()["file"]["written_at"].is_null());
  file.written_at = kNow.wall - 3600s;
  EXPECT_EQ(told()["file"]["written_at"], "2026-11-24T10:53:00Z");
}

TEST(StatusDocument, TellsWhetherTheConfigurationIsTheLastOne) {
  State state = state_of({profile("one", 600s)});
  state.config_read = kNow.wall - 600s;
  const auto told = [&] { return nlohmann::json::parse(status_json(state, kNow))["reload"]; };
  EXPECT_EQ(told()["ok"], true);
  EXPECT_EQ(told()["at"], "2026-11-24T11:43:00Z");
  state.refused_reload = Failure{
      {ErrorClass::config, Stage::config, "no such key", "spell it"}, kNow.wall, kNow.wall - 60s};
  EXPECT_EQ(told()["ok"], false);
  EXPECT_EQ(told()["message"], "no such key");
  EXPECT_EQ(told()["hint"], "spell it");
  EXPECT_EQ(told()["at"], "2026-11-24T11:52:00Z");
}

TEST(StatusDocument, HoldsNullWhereNothingIsKnown) {
  State state = state_of({ProfileState{}});
  const auto one = nlohmann::json::parse(status_json(state, kNow))["profiles"][0];
  for (const char* key :
       {"expires_at", "expires_in_seconds", "refreshed_at", "next_attempt_at", "last_error"}) {
    EXPECT_TRUE(one[key].is_null()) << key;
  }
  EXPECT_EQ(one["state"], "starting");
}

// Field bug 9: secrets where they do not belong.
TEST(StatusDocument, HoldsNoSecretAndNoAccessKey) {
  const State state = state_of({profile("one", 600s)});
  EXPECT_THAT(status_json(state, kNow), Not(HasSubstr("SECRET")));
  EXPECT_THAT(status_line(state, kNow), Not(HasSubstr("SECRET")));
}

TEST(StatusDocument, IsOneLineWhateverUpstreamSaid) {
  State state = state_of({profile("one", 600s)});
  fail(state.profiles[0], "line\nbreak \"quoted\" \xff bytes");
  const std::string text = status_json(state, kNow);
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_TRUE(nlohmann::json::accept(text));
}

// Field bug 17: the sign of the skew. Upstream ahead of us means that our clock is slow.
TEST(StatusDocument, ReportsSkewAsUpstreamMinusLocal) {
  State state = state_of({profile("one", 600s)});
  state.accounts[0].upstream_since_boot =
      kNow.wall.time_since_epoch() - kNow.boot.time_since_epoch() + 7min;
  const auto document = nlohmann::json::parse(status_json(state, kNow));
  EXPECT_EQ(document["accounts"][0]["skew_seconds"], 420);
  // What a set has left was settled when it came, and is no matter of the skew.
  EXPECT_EQ(document["profiles"][0]["expires_in_seconds"], 600);
}

TEST(StatusLine, CountsWhatIsValidAndNamesTheNextRefresh) {
  EXPECT_EQ(status_line(state_of({profile("a", 600s)}), kNow),
            "1 profile valid, next refresh in 12 min");
  EXPECT_EQ(status_line(state_of({profile("a", 600s), profile("b", 600s)}), kNow),
            "2 profiles valid, next refresh in 12 min");
}

TEST(StatusLine, StaysTheSameWithinAMinute) {
  const State state = state_of({profile("a", 600s)});
  Now later = kNow;
  later.wall += 4s;
  later.boot += 4s;
  EXPECT_EQ(status_line(state, kNow), status_line(state, later));
}

TEST(StatusLine, NamesTheWorstFirst) {
  State state = state_of({profile("fine", 600s), profile("ill", 600s), profile("dead", -5s)});
  fail(state.profiles[1], "slow down");
  fail(state.profiles[2], "go away");
  EXPECT_EQ(status_line(state, kNow),
            "dead has no valid credentials since 11:43 UTC: go away (1 of 3 profiles in order)");
  state.profiles.pop_back();
  EXPECT_THAT(
      status_line(state, kNow),
      HasSubstr("ill cannot be refreshed since 11:43 UTC, its credentials last 10 min more: "
                "slow down"));
}

TEST(StatusLine, NamesAFileThatIsNotWrittenAndAConfigurationThatIsRefused) {
  State state = state_of({profile("a", 600s), profile("b", 600s)});
  state.refused_reload =
      Failure{{ErrorClass::config, Stage::config, "no such key", ""}, kNow.wall, kNow.wall - 60s};
  EXPECT_EQ(status_line(state, kNow),
            "2 profiles valid by the old configuration, a newer one is refused since 11:52 UTC: no "
            "such key");
  state.profiles[1].file = {"/f", FileCondition::failed, "disk full", {}, "", kNow.wall - 120s};
  EXPECT_EQ(status_line(state, kNow),
            "b is valid, but not in its profile file since 11:51 UTC: disk full (1 of 2 profiles "
            "in order)");
}

TEST(Readiness, MeansWrittenWhereAFileIsAskedFor) {
  ProfileState one = profile("a", 600s);
  for (const auto& [file, ready] :
       {std::pair(FileCondition::disabled, true), std::pair(FileCondition::written, true),
        std::pair(FileCondition::pending, false), std::pair(FileCondition::failed, false)}) {
    one.file.condition = file;
    EXPECT_EQ(in_order(one, kNow), ready);
  }
  one.file.condition = FileCondition::written;
  one.life = lasting({kNow.boot - 700s, kNow.wall - 700s}, 600s);
  EXPECT_FALSE(in_order(one, kNow));
}

TEST(Readiness, FirstAttemptsCountHoweverTheyEnded) {
  State state = state_of({profile("a", 600s), ProfileState{}});
  EXPECT_FALSE(all_attempted(state));
  state.profiles[1].attempted = true;
  EXPECT_TRUE(all_attempted(state));
}

TEST(SpokenDuration, UsesTheTwoLargestUnits) {
  for (const auto& [length, words] :
       std::vector<std::pair<seconds, std::string>>{{-5s, "0 s"},
                                                    {0s, "0 s"},
                                                    {59s, "59 s"},
                                                    {60s, "1 min"},
                                                    {71s, "1 min 11 s"},
                                                    {720s, "12 min"},
                                                    {3600s, "1 h"},
                                                    {11100s, "3 h 5 min"},
                                                    {187200s, "2 d 4 h"}}) {
    EXPECT_EQ(spoken_duration(length), words);
  }
}

}  // namespace
}  // namespace mdh
