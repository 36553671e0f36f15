#include <gtest/gtest.h>

#include <algorithm>

#include "common/refresh/engine.h"
#include "common/state/condition.h"
#include "tests/support/refresh_bench.h"

namespace mdh::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class EngineReconfigure : public testing::Test {
 protected:
  EngineReconfigure() { bench.run(seconds(1)); }
  CredentialsPtr set(const std::string& name) { return bench.profile(name).credentials; }
  Config before = config({{"lab", 2}, {"clinic", 1}});
  Bench bench{before};
};

TEST_F(EngineReconfigure, UnchangedProjectsKeepSetScheduleAndHistory) {
  const auto held = set("lab-1");
  const auto next = bench.next("lab-1");
  const auto sent = bench.sent.size();
  Config after = before;
  after.accounts[0].projects.erase(after.accounts[0].projects.begin());
  after.accounts[0].projects[0].region = "eu-central-1";
  after.log_level = LogLevel::debug;
  bench.engine.reconfigure(after, bench.now());
  bench.run(seconds(5));
  EXPECT_EQ(set("lab-1"), held);
  EXPECT_EQ(bench.profile("lab-1").region, "eu-central-1");
  EXPECT_EQ(bench.profile("lab-1").outcomes.at("success"), 1u);
  EXPECT_NEAR(static_cast<double>((bench.next("lab-1") - next).count()), -5000, 600);
  EXPECT_EQ(bench.sent.size(), sent);
  EXPECT_EQ(find_profile(bench.engine.state(), "lab-0"), nullptr);
}

TEST_F(EngineReconfigure, ARenamedProfileOfTheSameProjectKeepsItsSet) {
  const auto held = set("lab-0");
  Config after = before;
  after.accounts[0].projects[0].profile = "renamed";
  bench.engine.note_file("lab-0", {"/f", FileCondition::written, ""});
  bench.engine.reconfigure(after, bench.now());
  EXPECT_EQ(set("renamed"), held);
  EXPECT_EQ(bench.profile("renamed").file, unheard_file(after.profile_file.enabled));
}

TEST_F(EngineReconfigure, KeepsWhatIsWrongWithTheEndpointAndWithAReload) {
  const Error refusal{ErrorClass::config, Stage::config, "no such key", ""};
  bench.engine.note_endpoint({"taken"});
  bench.engine.note_reload(refusal, bench.now().wall);
  const WallTime since = bench.now().wall;
  bench.run(seconds(5));
  bench.engine.note_reload(refusal, bench.now().wall);
  bench.engine.reconfigure(before, bench.now());
  EXPECT_EQ(bench.engine.state().endpoint_faults.size(), 1u);
  EXPECT_EQ(bench.engine.state().refused_reload->since, since);
  bench.engine.note_reload(std::nullopt, bench.now().wall);
  EXPECT_FALSE(bench.engine.state().refused_reload);
  EXPECT_EQ(bench.engine.state().config_read, bench.now().wall);
}

// A changed configuration must never serve another project's keys.
TEST_F(EngineReconfigure, AChangedProjectStartsAnewAndServesNothingMeanwhile) {
  Config after = before;
  after.accounts[0].projects[0].project_code = "RK.1.other";
  after.accounts[0].projects[1].exchange_url = "https://elsewhere.example/token";
  bench.engine.reconfigure(after, bench.now());
  EXPECT_FALSE(bench.served("lab-0"));
  EXPECT_FALSE(bench.served("lab-1"));
  EXPECT_TRUE(bench.served("clinic-0"));
  bench.run(seconds(1));
  EXPECT_TRUE(bench.served("lab-0"));
}

TEST_F(EngineReconfigure, ASwapOfTwoProfilesNamesDoesNotSwapTheirKeys) {
  const auto first = set("lab-0");
  const auto second = set("lab-1");
  Config after = before;
  std::swap(after.accounts[0].projects[0].profile, after.accounts[0].projects[1].profile);
  bench.engine.reconfigure(after, bench.now());
  EXPECT_EQ(set("lab-1"), first);
  EXPECT_EQ(set("lab-0"), second);
}

TEST_F(EngineReconfigure, CallsOfRemovedProjectsAreIgnoredOnReturn) {
  Bench slow(before);
  slow.upstream = [](Bench& at, const UpstreamCall& call) {
    Reply reply = at.good(call);
    reply.takes = seconds(5);
    return reply;
  };
  slow.run(seconds(6));  // exchanges are running
  slow.engine.reconfigure(config({{"other", 1}}), slow.now());
  slow.run(seconds(30));
  EXPECT_EQ(slow.engine.state().profiles.size(), 1u);
  EXPECT_TRUE(slow.served("other-0"));
  EXPECT_FALSE(slow.engine.state().stuck);
}

TEST_F(EngineReconfigure, CallsOfKeptProjectsAreReported) {
  Bench slow(before);
  slow.upstream = [](Bench& at, const UpstreamCall& call) {
    Reply reply = at.good(call);
    reply.takes = seconds(5);
    return reply;
  };
  slow.run(seconds(6));
  Config after = before;
  std::rotate(after.accounts.begin(), after.accounts.begin() + 1, after.accounts.end());
  slow.engine.reconfigure(after, slow.now());
  slow.run(seconds(5));
  EXPECT_TRUE(slow.served("lab-0"));
  EXPECT_TRUE(slow.served("clinic-0"));
  EXPECT_EQ(slow.calls["exchange lab-0"], 1);
  EXPECT_EQ(slow.calls["token lab"], 1);
}

TEST_F(EngineReconfigure, AChangedKeyMakesAFreshToken) {
  bench.token_life = hours(10);
  bench.run(minutes(31));
  const int tokens = bench.calls["token lab"];
  Config after = before;
  after.accounts[0].private_key.name = "/elsewhere.pem";
  bench.engine.reconfigure(after, bench.now());
  bench.run(minutes(31));
  EXPECT_EQ(bench.calls["token lab"], tokens + 1);
  EXPECT_EQ(bench.sent.back().account->private_key.name.empty(),
            bench.sent.back().account->name == "clinic");
}

TEST_F(EngineReconfigure, TwoAccountsOfOneServiceAccountBothGoOn) {
  Config after = before;
  after.accounts.push_back(after.accounts[0]);
  after.accounts.back().name = "second";
  for (auto& project : after.accounts.back().projects) project.profile += "-second";
  Bench slow(before);
  slow.upstream = [](Bench& at, const UpstreamCall& call) {
    Reply reply = at.good(call);
    reply.takes = seconds(5);
    return reply;
  };
  slow.run(seconds(1));  // the token call is running
  slow.engine.reconfigure(after, slow.now());
  slow.run(minutes(2));
  EXPECT_TRUE(slow.served("lab-0"));
  EXPECT_TRUE(slow.served("lab-0-second"));
  EXPECT_FALSE(slow.engine.state().stuck);
}

Snapshot snapshot_of(const Config& made_from, const Bench& bench) {
  const Secret bytes = write_snapshot(made_from, bench.engine.state(), {"boot", bench.now()});
  return *read_snapshot(bytes.reveal(), "boot");
}

TEST_F(EngineReconfigure, ARestartMakesNoCallUntilARestoredSetIsDue) {
  const Snapshot snapshot = snapshot_of(before, bench);
  const auto next = bench.next("lab-0");
  const auto sent = bench.sent.size();
  bench.engine = Engine(before, 99, bench.now());
  EXPECT_EQ(bench.engine.restore(snapshot, bench.now()), 3u);
  EXPECT_TRUE(bench.served("lab-0"));
  EXPECT_TRUE(bench.profile("lab-0").attempted);
  EXPECT_NEAR(static_cast<double>((bench.next("lab-0") - next).count()), 0, 110'000);
  bench.run(minutes(26));
  EXPECT_EQ(bench.sent.size(), sent);
  bench.run(minutes(5));
  EXPECT_EQ(bench.sent.size(), sent + 5);
}

TEST_F(EngineReconfigure, ARestartServesTheOldSetsWhileUpstreamIsDown) {  // R30
  const Snapshot snapshot = snapshot_of(before, bench);
  bench.upstream = [](Bench&, const UpstreamCall&) {
    return Reply{failure(ErrorClass::unreachable)};
  };
  bench.run(minutes(40));
  bench.engine = Engine(before, 99, bench.now());
  EXPECT_EQ(bench.engine.restore(snapshot, bench.now()), 3u);
  bench.run(minutes(19));
  EXPECT_TRUE(bench.served("lab-0"));
  EXPECT_EQ(condition(bench.profile("lab-0"), bench.now()), Condition::failing);
}

TEST_F(EngineReconfigure, RestoresNeitherExpiredNorForeignSets) {
  const Snapshot snapshot = snapshot_of(before, bench);
  Config after = before;
  after.accounts[0].projects[0].project_code = "RK.1.other";
  bench.engine = Engine(after, 99, bench.now());
  EXPECT_EQ(bench.engine.restore(snapshot, bench.now()), 2u);
  EXPECT_FALSE(bench.served("lab-0"));
  bench.run(hours(2));
  bench.engine = Engine(before, 99, bench.now());
  EXPECT_EQ(bench.engine.restore(snapshot, bench.now()), 0u);
}

// A machine that was paused while the service restarted, or whose clock was set forward meanwhile.
TEST_F(EngineReconfigure, ARestartSeesThatTheClockWasSetForwardBefore) {
  const Snapshot snapshot = snapshot_of(before, bench);
  bench.step(hours(3));
  bench.engine = Engine(before, 99, bench.now());
  EXPECT_EQ(bench.engine.restore(snapshot, bench.now()), 0u);
  bench.engine = Engine(before, 99, bench.now());
  bench.step(minutes(-170));
  EXPECT_EQ(bench.engine.restore(snapshot, bench.now()), 3u);
  EXPECT_EQ(bench.engine.state().clock_step->by, minutes(10));
  EXPECT_TRUE(bench.served("lab-0"));
  bench.run(seconds(3));
  for (const auto& [what, count] : bench.profile("lab-0").outcomes)
    EXPECT_EQ(what, "success") << count;
  EXPECT_EQ(bench.profile("lab-0").outcomes.size(), 1u);
}

TEST_F(EngineReconfigure, ARestartKeepsWhatALifeHasLost) {
  bench.step(minutes(30));
  bench.upstream = [](Bench&, const UpstreamCall&) {
    return Reply{failure(ErrorClass::unreachable)};
  };
  bench.run(seconds(5));
  bench.step(minutes(-30));
  const Snapshot snapshot = snapshot_of(before, bench);
  bench.engine = Engine(before, 99, bench.now());
  EXPECT_EQ(bench.engine.restore(snapshot, bench.now()), 3u);
  EXPECT_LE(life_left(bench.profile("lab-0").life, bench.now()), minutes(30));
}

// A name says nothing of whose clock it is.
TEST_F(EngineReconfigure, ARestartTakesNoClockOfAnotherUpstream) {
  Snapshot snapshot = snapshot_of(before, bench);
  EXPECT_TRUE(snapshot.accounts[0].upstream_since_boot);
  Config after = before;
  after.accounts[0].token_url = "https://elsewhere.example/token";
  bench.engine = Engine(after, 99, bench.now());
  bench.engine.restore(snapshot, bench.now());
  EXPECT_FALSE(skew(bench.engine.state().accounts[0], bench.now()));
  after = before;
  after.accounts[0].name = "renamed";
  bench.engine = Engine(after, 99, bench.now());
  bench.engine.restore(snapshot, bench.now());
  EXPECT_TRUE(skew(bench.engine.state().accounts[0], bench.now()));
}

}  // namespace
}  // namespace mdh::bench
