// Claims: while somebody asks in vain, the next attempt is never far: back within 2 s of the
// service's return, however long it was away; and no number of requests makes a storm of it, nor
// goes before a time that a server named.
#include <gtest/gtest.h>

#include "common/refresh/engine.h"
#include "tests/support/refresh_bench.h"

namespace mdh::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class EngineMissed : public testing::Test {
 protected:
  // Asks for the profiles ten times a second.
  void ask(milliseconds time, const std::vector<std::string>& profiles = {"lab-0"}) {
    for (milliseconds passed{}; passed < time; passed += milliseconds(100)) {
      for (const std::string& name : profiles) bench.engine.missed(name, bench.now());
      bench.run(milliseconds(100));
    }
  }
  void fail(Error error, UpstreamCall::Kind kind = UpstreamCall::Kind::token) {
    bench.upstream = [error, kind](Bench& at, const UpstreamCall& call) {
      return call.kind == kind ? Reply{error} : at.good(call);
    };
  }
  void mend() {
    bench.upstream = [](Bench& at, const UpstreamCall& call) { return at.good(call); };
  }
  Bench bench{config({{"lab", 2}})};
};

TEST_F(EngineMissed, BringsTheSetBackWithinTwoSecondsOfAnOutagesEnd) {
  for (const auto kind : {UpstreamCall::Kind::token, UpstreamCall::Kind::exchange}) {
    for (const auto error_class : {ErrorClass::unreachable, ErrorClass::malformed}) {
      for (const milliseconds away : {milliseconds(hours(2)), milliseconds(7300000)}) {
        fail(failure(error_class), kind);
        bench.run(away);
        ask(seconds(20));
        ASSERT_FALSE(bench.served("lab-0"));
        mend();
        ask(seconds(2));
        EXPECT_TRUE(bench.served("lab-0"));
      }
    }
  }
}

TEST_F(EngineMissed, AsksOnceASecondAtMostHoweverManyAsk) {
  fail(failure(ErrorClass::unreachable));
  bench.run(hours(2));
  const int before = bench.calls["token lab"];
  ask(seconds(120), {"lab-0", "lab-1"});
  const int asked = bench.calls["token lab"] - before;
  EXPECT_LE(asked, 121);
  EXPECT_GE(asked, 60);
  EXPECT_FALSE(bench.engine.state().stuck);
}

TEST_F(EngineMissed, NeverGoesBeforeATimeThatTheServerNamed) {
  for (const auto error_class : {ErrorClass::throttled, ErrorClass::unreachable}) {
    fail(failure(ErrorClass::unreachable));
    bench.run(hours(2));
    Error asked_to_wait = failure(error_class);
    asked_to_wait.retry_after = seconds(300);
    fail(asked_to_wait);
    const int calls = bench.calls["token lab"];
    ASSERT_TRUE(bench.run_until([&] { return bench.calls["token lab"] > calls; }, minutes(2)));
    bench.run(seconds(1));
    const int named = bench.calls["token lab"];
    mend();
    ask(seconds(298));
    EXPECT_EQ(bench.calls["token lab"], named);
    ask(seconds(40));
    EXPECT_TRUE(bench.served("lab-0"));
  }
}

TEST_F(EngineMissed, LeavesAServiceThatSaidNoTenSeconds) {
  for (const auto error_class : {ErrorClass::refused, ErrorClass::throttled}) {
    fail(failure(error_class));
    bench.run(hours(3));
    const int before = bench.calls["token lab"];
    ask(seconds(100));
    EXPECT_LE(bench.calls["token lab"] - before, 15) << "those of the backoff among them";
    EXPECT_GE(bench.calls["token lab"] - before, 8);
    mend();
    ask(seconds(12));
    EXPECT_TRUE(bench.served("lab-0"));
  }
}

TEST_F(EngineMissed, ChangesNothingWhileASetIsServedOrAnAttemptRuns) {
  bench.run(seconds(2));
  EXPECT_FALSE(bench.engine.missed("lab-0", bench.now()));
  EXPECT_FALSE(bench.engine.missed("no-such", bench.now()));
  fail(failure(ErrorClass::unreachable));
  bench.run(hours(2));
  bench.upstream = [](Bench& at, const UpstreamCall& call) {
    Reply reply = at.good(call);
    reply.takes = seconds(9);
    return reply;
  };
  const int calls = bench.calls["token lab"];
  ASSERT_TRUE(bench.run_until([&] { return bench.calls["token lab"] > calls; }, minutes(2)));
  EXPECT_FALSE(bench.engine.missed("lab-0", bench.now()));
}

TEST_F(EngineMissed, SpreadsThoseWhoAskInOneMoment) {
  std::vector<milliseconds> waits;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Bench one(config({{"lab", 1}}), seed);
    one.upstream = [](Bench&, const UpstreamCall&) {
      return Reply{failure(ErrorClass::unreachable)};
    };
    one.run(hours(2));
    while (!one.engine.missed("lab-0", one.now())) one.run(milliseconds(100));
    waits.push_back(one.next("lab-0"));
  }
  EXPECT_GT(
      *std::max_element(waits.begin(), waits.end()) - *std::min_element(waits.begin(), waits.end()),
      milliseconds(150));
  EXPECT_LE(*std::max_element(waits.begin(), waits.end()), milliseconds(500));
}

}  // namespace
}  // namespace mdh::bench
