#include <gtest/gtest.h>

#include <algorithm>

#include "common/refresh/engine.h"
#include "common/state/condition.h"
#include "tests/support/refresh_bench.h"

namespace mdh::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// fails() is an upstream that refuses a kind of call, and serves the other.
Bench::Upstream fails(UpstreamCall::Kind kind, Error error) {
  return [kind, error](Bench& bench, const UpstreamCall& call) {
    return call.kind == kind ? Reply{error} : bench.good(call);
  };
}

Bench::Upstream good() {
  return [](Bench& bench, const UpstreamCall& call) { return bench.good(call); };
}

class EngineFailure : public testing::Test {
 protected:
  EngineFailure() { bench.run(seconds(1)); }
  // Of either project: they come due some seconds apart.
  int failures() const {
    return std::max(bench.profile("lab-0").consecutive_failures,
                    bench.profile("lab-1").consecutive_failures);
  }
  Bench bench{config({{"lab", 2}})};
};

TEST_F(EngineFailure, KeepsOldCredentialsWhenTheServiceIsDown) {  // R27
  const CredentialsPtr held = bench.profile("lab-0").credentials;
  bench.upstream = fails(UpstreamCall::Kind::token, failure(ErrorClass::unreachable));
  bench.run(seconds(3580));
  EXPECT_EQ(servable(bench.profile("lab-0"), bench.now()), held);
  EXPECT_GT(bench.profile("lab-0").consecutive_failures, 10);
  EXPECT_EQ(condition(bench.profile("lab-0"), bench.now()), Condition::failing);
}

// Field bug 2.
TEST_F(EngineFailure, NeverServesExpiredCredentials) {  // R25
  bench.upstream = fails(UpstreamCall::Kind::token, failure(ErrorClass::unreachable));
  bench.run(seconds(3600));
  EXPECT_FALSE(bench.served("lab-0"));
  EXPECT_TRUE(bench.profile("lab-0").credentials);
  EXPECT_EQ(condition(bench.profile("lab-0"), bench.now()), Condition::expired);
}

// Field bug 13.
TEST_F(EngineFailure, RecoversWithinAMinuteOfAnOutagesEndHoweverLongItWas) {
  for (const auto kind : {UpstreamCall::Kind::token, UpstreamCall::Kind::exchange}) {
    for (const auto outage : {minutes(5), minutes(90), minutes(60 * 30)}) {
      bench.upstream = fails(kind, failure(ErrorClass::unreachable));
      bench.engine.refresh("lab-0", bench.now());
      bench.run(outage);
      bench.upstream = good();
      EXPECT_TRUE(bench.run_until([&] { return !bench.profile("lab-0").last_failure; },
                                  seconds(60) + milliseconds(300)));
    }
  }
}

TEST_F(EngineFailure, RecoversWithinAMinuteOfAnUpstreamThatHung) {
  for (int i = 0; i < 20; ++i) {
    bench.upstream = [](Bench&, const UpstreamCall&) {
      return Reply{failure(ErrorClass::unreachable), seconds(10)};
    };
    bench.run(minutes(61) + seconds(i));
    bench.upstream = good();
    EXPECT_TRUE(
        bench.run_until([&] { return bench.served("lab-0"); }, seconds(60) + milliseconds(300)));
  }
}

TEST_F(EngineFailure, CountsAnAttemptOfEveryProjectThatWaitsForTheToken) {
  bench.upstream = fails(UpstreamCall::Kind::token, failure(ErrorClass::unreachable));
  bench.run(minutes(35));
  for (const char* name : {"lab-0", "lab-1"}) {
    EXPECT_GT(bench.profile(name).consecutive_failures, 3);
    EXPECT_EQ(bench.profile(name).outcomes.at("unreachable"),
              static_cast<std::uint64_t>(bench.profile(name).consecutive_failures));
  }
}

TEST_F(EngineFailure, AsksForAnAccountsTokenOnceHoweverManyProjectsWait) {
  Bench many(config({{"lab", 50}}));
  many.upstream = fails(UpstreamCall::Kind::token, failure(ErrorClass::unreachable));
  many.run(hours(1));
  EXPECT_LT(many.calls["token lab"], 3600 / 20);
  EXPECT_GE(many.calls["token lab"], 60);
}

TEST_F(EngineFailure, ReplacesAStaleTokenOnceWithoutCountingAFailure) {
  for (const int status : {401, 403}) {
    AccessTokenPtr stale = bench.sent.back().token;
    bench.token_life = hours(10);
    bench.upstream = [&](Bench& at, const UpstreamCall& call) {
      if (!stale) stale = call.token;
      const bool refused = call.kind == UpstreamCall::Kind::exchange && call.token == stale;
      return refused ? Reply{failure(ErrorClass::refused, status)} : at.good(call);
    };
    const auto refreshed = bench.profile("lab-0").refreshed_at;
    bench.run(minutes(31));
    EXPECT_FALSE(bench.profile("lab-0").last_failure);
    EXPECT_NE(bench.profile("lab-0").refreshed_at, refreshed);
    EXPECT_FALSE(bench.profile("lab-0").outcomes.contains("refused"));
  }
}

TEST_F(EngineFailure, ReplacesAStaleTokenOnceForAllWhoPresentedIt) {
  Bench many(config({{"lab", 30}}));
  AccessTokenPtr stale;
  many.upstream = [&](Bench& at, const UpstreamCall& call) {
    if (call.kind == UpstreamCall::Kind::token) return at.good(call);
    if (!stale) stale = call.token;
    Reply reply = call.token == stale ? Reply{failure(ErrorClass::refused, 401)} : at.good(call);
    reply.takes = milliseconds(100 + 40 * static_cast<int>(call.project));
    return reply;
  };
  many.run(seconds(20));
  EXPECT_EQ(many.calls["token lab"], 2);
  for (const auto& one : many.engine.state().profiles) EXPECT_TRUE(many.served(one.name));
}

TEST_F(EngineFailure, SaysAccessDeniedAfterAFreshTokenWasRefusedToo) {
  bench.token_life = hours(10);
  bench.run(minutes(31));
  const int tokens = bench.calls["token lab"];
  const int exchanges = bench.calls["exchange lab-1"];
  bench.upstream = [](Bench& at, const UpstreamCall& call) {
    const bool refused = call.kind == UpstreamCall::Kind::exchange && call.project == 0;
    return refused ? Reply{failure(ErrorClass::refused, 403)} : at.good(call);
  };
  bench.run(hours(24));
  EXPECT_NE(
      bench.profile("lab-0").last_failure->error.message.find("access denied to this project"),
      std::string::npos);
  // It costs the account one token, and the neighbour nothing.
  EXPECT_LE(bench.calls["token lab"] - tokens, 1 + 24 / 9);
  EXPECT_LE(bench.calls["exchange lab-1"] - exchanges, 24 * 3600 / 1600 + 1);
  EXPECT_TRUE(bench.served("lab-1"));
  EXPECT_FALSE(bench.profile("lab-1").outcomes.contains("refused"));
}

TEST_F(EngineFailure, LearnsOfARevokedTokenEvenAfterItWasDenied) {
  bench.token_life = hours(100);
  AccessTokenPtr revoked;
  bool denied = true;
  bench.upstream = [&](Bench& at, const UpstreamCall& call) {
    if (call.kind == UpstreamCall::Kind::token) return at.good(call);
    const bool refused = denied || call.token == revoked;
    if (denied) revoked = call.token;
    return refused ? Reply{failure(ErrorClass::refused, 401)} : at.good(call);
  };
  bench.run(hours(5));
  denied = false;
  EXPECT_TRUE(bench.run_until([&] { return bench.served("lab-0"); }, minutes(31)));
}

TEST_F(EngineFailure, RetriesARefusedAssertionAtOnceThenEveryFewMinutes) {
  bench.upstream =
      fails(UpstreamCall::Kind::token, failure(ErrorClass::refused, 400, "invalid_client"));
  bench.run_until([&] { return failures() > 0; }, minutes(35));
  const int before = bench.calls["token lab"];
  bench.run(seconds(2));
  EXPECT_EQ(bench.calls["token lab"], before + 1);
  bench.run(seconds(55));
  EXPECT_EQ(bench.calls["token lab"], before + 1);
  bench.run(hours(2));
  const int later = bench.calls["token lab"];
  bench.run(hours(10));
  EXPECT_GE(bench.calls["token lab"] - later, 10 * 4);
  EXPECT_LE(bench.calls["token lab"] - later, 10 * 60 / 5);
}

TEST_F(EngineFailure, TriesThreeTimesInTheLifeThatIsLeftThoughRefused) {
  bench.upstream =
      fails(UpstreamCall::Kind::token, failure(ErrorClass::refused, 400, "invalid_client"));
  bench.run_until([&] { return failures() == 2; }, minutes(35));
  const std::size_t before = bench.sent_at.size();
  bench.run_until([&] { return !bench.served("lab-0"); }, minutes(35));
  EXPECT_GE(bench.sent_at.size() - before, 3u);
  EXPECT_GT(bench.sent_at.back(), bench.now().boot - minutes(3));
}

TEST_F(EngineFailure, WaitsAsLongAsUpstreamAsksThoughItsSetsExpire) {
  Error asked = failure(ErrorClass::throttled, 429);
  asked.retry_after = seconds(3000);
  bench.upstream = fails(UpstreamCall::Kind::token, asked);
  bench.run_until([&] { return failures() > 0; }, minutes(35));
  const int before = bench.calls["token lab"];
  const RefreshAnswer answer = bench.engine.refresh("lab-0", bench.now());
  EXPECT_FALSE(answer.accepted);
  EXPECT_EQ(answer.wait, seconds(3000));
  bench.engine.reevaluate(bench.now());
  bench.engine.account_changed("lab", bench.now());
  bench.run(seconds(2999));
  EXPECT_EQ(bench.calls["token lab"], before);
  bench.run(seconds(302));
  EXPECT_EQ(bench.calls["token lab"], before + 1);
}

// Field bugs 1 and 2: the last door before a client.
TEST_F(EngineFailure, RefusesSetsThatAreEmptyOrExpired) {
  const CredentialsPtr held = bench.profile("lab-0").credentials;
  for (const auto& set : {credentials(bench.upstream_now() + hours(9), {}, ""),
                          credentials(bench.upstream_now() + seconds(10), {}, "AKIA")}) {
    bench.upstream = [&](Bench& at, const UpstreamCall& call) {
      return call.kind == UpstreamCall::Kind::token ? at.good(call) : Reply{CallResult(set)};
    };
    bench.run(seconds(20));
    EXPECT_TRUE(bench.engine.refresh("lab-0", bench.now()).accepted);
    bench.run(seconds(1));
    EXPECT_EQ(bench.profile("lab-0").credentials, held);
    EXPECT_EQ(bench.profile("lab-0").last_failure->error.error_class, ErrorClass::malformed);
  }
}

TEST_F(EngineFailure, EveryClassIsTriedAgainAndForgottenAfterASuccess) {
  for (const auto error_class :
       {ErrorClass::unreachable, ErrorClass::throttled, ErrorClass::malformed, ErrorClass::config,
        ErrorClass::storage, ErrorClass::refused}) {
    bench.upstream = fails(UpstreamCall::Kind::token, failure(error_class));
    bench.run(minutes(65));
    EXPECT_EQ(bench.profile("lab-0").last_failure->error.error_class, error_class);
    bench.upstream = good();
    EXPECT_TRUE(bench.run_until([&] { return bench.served("lab-0"); }, minutes(15)));
    EXPECT_EQ(bench.profile("lab-0").consecutive_failures, 0);
    EXPECT_FALSE(bench.profile("lab-0").last_failure);
  }
}

}  // namespace
}  // namespace mdh::bench
