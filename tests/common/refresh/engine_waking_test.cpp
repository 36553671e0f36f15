#include <gtest/gtest.h>

#include "common/refresh/engine.h"
#include "tests/support/refresh_bench.h"

namespace mdh::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Bench::Upstream down(ErrorClass error_class = ErrorClass::unreachable) {
  return [error_class](Bench&, const UpstreamCall&) { return Reply{failure(error_class)}; };
}

Bench::Upstream good() {
  return [](Bench& bench, const UpstreamCall& call) { return bench.good(call); };
}

class EngineWaking : public testing::Test {
 protected:
  EngineWaking() { bench.run(seconds(1)); }
  bool fresh(const std::string& name, milliseconds within) {
    const auto before = bench.profile(name).refreshed_at;
    return bench.run_until([&] { return bench.profile(name).refreshed_at != before; }, within);
  }
  Bench bench{config({{"lab", 3}, {"clinic", 1}})};
};

// Field bug 14: late after a suspend.
TEST_F(EngineWaking, RefreshesAtOnceAfterASuspend) {  // R31
  bench.sleep(hours(9));
  bench.engine.reevaluate(bench.now());
  EXPECT_FALSE(bench.served("lab-0"));
  EXPECT_TRUE(fresh("lab-0", seconds(2)));
}

// Field bug 20: wedged after a laptop's sleep.
TEST_F(EngineWaking, ASuspendDoesNotMakeACallLookStuck) {
  bench.upstream = [](Bench& at, const UpstreamCall& call) {
    Reply reply = at.good(call);
    reply.takes = hours(3);
    return reply;
  };
  bench.engine.refresh("lab-0", bench.now());
  bench.run(seconds(1));
  bench.sleep(hours(1));
  bench.engine.turn(bench.now());
  EXPECT_FALSE(bench.engine.state().stuck);
  bench.run(seconds(61));
  EXPECT_TRUE(bench.engine.state().stuck);
}

TEST_F(EngineWaking, AStepForwardRenewsASetOnceAndAStepBackChangesNothing) {
  for (const auto jump : {hours(1), hours(-2), hours(5)}) {
    bench.step(jump);
    bench.engine.reevaluate(bench.now());
    const int calls = bench.calls["exchange lab-0"];
    bench.run(seconds(30));
    EXPECT_TRUE(bench.served("lab-0"));
    EXPECT_EQ(bench.calls["exchange lab-0"], calls + (jump > hours(0) ? 1 : 0));
  }
}

TEST_F(EngineWaking, AStepForwardIsFollowedWhereUpstreamTellsNoTime) {  // R31
  Bench dateless(config({{"lab", 1}}));
  dateless.upstream = [](Bench& at, const UpstreamCall& call) {
    Reply reply = call.kind == UpstreamCall::Kind::token
                      ? at.good(call)
                      : Reply{CallResult(credentials(at.now().wall + hours(1), at.now().wall))};
    reply.dated = false;
    return reply;
  };
  dateless.run(seconds(1));
  dateless.step(minutes(50));
  dateless.engine.reevaluate(dateless.now());
  const int calls = dateless.calls["exchange lab-0"];
  dateless.run(seconds(2));
  EXPECT_EQ(dateless.calls["exchange lab-0"], calls + 1);
}

TEST_F(EngineWaking, ANetworkThatCameUpEndsABackoffWithinTwoSeconds) {
  bench.upstream = down();
  bench.run(hours(3));
  bench.upstream = good();
  bench.engine.reevaluate(bench.now());
  bench.run(seconds(2));
  for (const auto& one : bench.engine.state().profiles) EXPECT_TRUE(bench.served(one.name));
}

TEST_F(EngineWaking, ANetworkThatFlapsMakesNoStorm) {
  bench.upstream = down();
  bench.run(hours(2));
  const auto sent = bench.sent.size();
  for (int i = 0; i < 3600; ++i) {
    bench.engine.reevaluate(bench.now());
    bench.run(seconds(1));
  }
  // Two accounts: full jitter's own 120 or so an hour each, and the nudge of one event in 30 s.
  EXPECT_LE(bench.sent.size() - sent, 2u * (180 + 125));
  bench.upstream = good();
  bench.engine.reevaluate(bench.now());
  EXPECT_TRUE(fresh("lab-0", seconds(32)));
}

TEST_F(EngineWaking, HealthyProfilesDoNotNoticeAnyOfThis) {
  const auto sent = bench.sent.size();
  for (int i = 0; i < 100; ++i) {
    bench.engine.reevaluate(bench.now());
    bench.run(seconds(1));
  }
  EXPECT_EQ(bench.sent.size(), sent);
}

// Field bug 15: key material read once.
TEST_F(EngineWaking, AReplacedKeyIsTriedSoonWithAFreshToken) {
  bench.upstream = down(ErrorClass::refused);
  bench.run(hours(12));
  bench.upstream = good();
  const int other = bench.calls["token clinic"];
  bench.engine.account_changed("lab", bench.now());
  EXPECT_TRUE(fresh("lab-0", seconds(2)));
  EXPECT_EQ(bench.calls["token clinic"], other);
}

TEST_F(EngineWaking, AReplacedKeyLeavesHealthySetsUntilDueButNotTheToken) {
  bench.token_life = hours(10);
  bench.run(minutes(31));
  const int tokens = bench.calls["token lab"];
  const int exchanges = bench.calls["exchange lab-0"];
  bench.engine.account_changed("lab", bench.now());
  bench.run(minutes(10));
  EXPECT_EQ(bench.calls["exchange lab-0"], exchanges);
  bench.run(minutes(25));
  EXPECT_EQ(bench.calls["token lab"], tokens + 1);
}

TEST_F(EngineWaking, ATokenOfTheOldKeyIsNotUsed) {
  Bench slow(config({{"lab", 1}}));
  AccessTokenPtr first;
  slow.upstream = [&](Bench& at, const UpstreamCall& call) {
    Reply reply = at.good(call);
    if (call.kind == UpstreamCall::Kind::token && !first) {
      first = std::get<AccessTokenPtr>(reply.outcome.value());
    }
    reply.takes = seconds(3);
    return reply;
  };
  slow.run(seconds(1));
  slow.engine.account_changed("lab", slow.now());
  slow.run(seconds(20));
  EXPECT_TRUE(slow.served("lab-0"));
  EXPECT_EQ(slow.calls["token lab"], 2);
  EXPECT_NE(slow.sent.back().token, first);
}

TEST_F(EngineWaking, AWishIsGrantedOnceInTenSecondsAProfile) {
  bench.run(seconds(20));
  EXPECT_TRUE(bench.engine.refresh("lab-0", bench.now()).accepted);
  EXPECT_TRUE(fresh("lab-0", seconds(1)));
  const RefreshAnswer answer = bench.engine.refresh("lab-0", bench.now());
  EXPECT_FALSE(answer.accepted);
  EXPECT_GE(answer.wait, seconds(9));
  EXPECT_LE(answer.wait, seconds(10));
  EXPECT_TRUE(bench.engine.refresh("lab-1", bench.now()).accepted);
  bench.run(answer.wait);
  EXPECT_TRUE(bench.engine.refresh("lab-0", bench.now()).accepted);
}

TEST_F(EngineWaking, AWishOverridesABackoffThatIsOurs) {
  bench.upstream = down(ErrorClass::refused);
  bench.run(hours(12));
  bench.upstream = good();
  EXPECT_TRUE(bench.engine.refresh("lab-0", bench.now()).accepted);
  EXPECT_TRUE(fresh("lab-0", milliseconds(300)));
}

TEST_F(EngineWaking, AWishDoesNotOverrideATimeThatAnExchangeNamed) {
  Error asked = failure(ErrorClass::throttled, 429);
  asked.retry_after = seconds(600);
  bench.upstream = [&](Bench& at, const UpstreamCall& call) {
    return call.kind == UpstreamCall::Kind::token ? at.good(call) : Reply{asked};
  };
  bench.run(seconds(20));
  EXPECT_TRUE(bench.engine.refresh("lab-0", bench.now()).accepted);
  bench.run(seconds(100));
  const RefreshAnswer answer = bench.engine.refresh("lab-0", bench.now());
  EXPECT_FALSE(answer.accepted);
  EXPECT_NEAR(static_cast<double>(answer.wait.count()), 500, 2);
}

TEST_F(EngineWaking, AWishForAnUnknownProfileIsRefusedWithoutAWait) {
  const RefreshAnswer answer = bench.engine.refresh("nobody", bench.now());
  EXPECT_FALSE(answer.accepted);
  EXPECT_EQ(answer.wait, seconds(0));
}

TEST_F(EngineWaking, AWishDuringAnAttemptJoinsIt) {
  Bench starting(config({{"lab", 1}}));
  starting.run(milliseconds(10));
  EXPECT_TRUE(starting.engine.refresh("lab-0", starting.now()).accepted);
  starting.run(seconds(5));
  EXPECT_EQ(starting.calls["exchange lab-0"], 1);
}

}  // namespace
}  // namespace mdh::bench
