// Goal: nobody on the machine can stop it. Whatever others ask, leave unread or leave behind, an
// allowed user's request is the next but one to be answered, and a turn of the loop ends. Proved by
// counting answers, turns and bytes: the acceptor is turned by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "daemon/endpoint/acceptor.h"
#include "tests/support/running_endpoint.h"

namespace mdh {
namespace {

constexpr int kMostTurns = 100000;
const std::string kAsk = "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n";

std::string many(int requests) {
  std::string text;
  for (int i = 0; i < requests; ++i) text += kAsk;
  return text;
}

// One listener a caller: the first one's may have a profile.
class Fairness : public testing::Test {
 protected:
  static constexpr std::size_t kCallers = 4;

  void open(std::size_t places, std::size_t answer_bytes = 2) {
    std::vector<FileDescriptor> listeners;
    for (std::uint16_t& port : ports_) listeners.push_back(listen_on_loopback(port));
    answer_ = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(answer_bytes) + "\r\n\r\n" +
              std::string(answer_bytes, 'x');
    Responder responder;
    responder.serve = [this](const ArrivedRequest& request, std::string& out) {
      served_.push_back(caller_at(request.peer.port));
      out += answer_;
      return AnswerStep::answered;
    };
    responder.refuse = [](const HeadRefusal& refusal, std::string& out) {
      out += "HTTP/1.1 " + std::to_string(refusal.status) + " No\r\nContent-Length: 0\r\n\r\n";
    };
    responder.caller = [this](const Peer& peer) {
      const std::size_t caller = caller_at(peer.port);
      return CallerKey{static_cast<std::uint32_t>(caller), caller == 0};
    };
    acceptor_ = std::make_unique<Acceptor>(std::move(listeners), places, std::move(responder));
  }

  std::unique_ptr<Client> connect(std::size_t caller, const std::string& bytes = {}) {
    auto client = std::make_unique<Client>(ports_[caller]);
    client->send(bytes);
    return client;
  }

  bool has_work() const {
    pollfd state{acceptor_->poll_fd(), POLLIN, 0};
    return poll(&state, 1, 0) > 0;
  }

  // Loopback delivers within the send, so nothing comes later than what was sent.
  int turn_until_quiet() {
    int turns = 0;
    for (; has_work() && turns < kMostTurns; ++turns) acceptor_->turn();
    return turns;
  }

  std::size_t answers_of(std::size_t caller) const {
    return static_cast<std::size_t>(std::count(served_.begin(), served_.end(), caller));
  }

  std::size_t answered_before_the_last_of(std::size_t caller) const {
    const auto last = std::find(served_.rbegin(), served_.rend(), caller);
    return static_cast<std::size_t>(served_.rend() - last);
  }

  std::size_t caller_at(std::uint16_t port) const {
    return static_cast<std::size_t>(std::find(ports_.begin(), ports_.end(), port) - ports_.begin());
  }

  std::array<std::uint16_t, kCallers> ports_{};
  std::string answer_;
  std::vector<std::size_t> served_;  // the caller of each answer
  std::unique_ptr<Acceptor> acceptor_;
};

TEST_F(Fairness, AnswersSixteenRequestsOfAConnectionBeforeAnothers) {
  open(64);
  const auto hog = connect(1, many(400));
  const auto honest = connect(0, kAsk);
  acceptor_->turn();
  const auto place = std::find(served_.begin(), served_.end(), 0U) - served_.begin();
  EXPECT_LE(place, 16) << "answers to the other before";
  turn_until_quiet();
  EXPECT_EQ(served_.size(), 401U) << "and none is lost";
}

TEST_F(Fairness, EndsEveryTurnAndComesBackForTheRest) {
  open(256);
  std::vector<std::unique_ptr<Client>> hogs;
  for (std::size_t i = 0; i < 40; ++i) hogs.push_back(connect(1 + i % 3, many(400)));
  std::size_t turns = 0;
  for (std::size_t before = 0; has_work(); before = served_.size(), ++turns) {
    acceptor_->turn();
    ASSERT_LE(served_.size() - before, Acceptor::kMostWork + 16) << "turn " << turns;
  }
  EXPECT_GT(turns, 10U);
  EXPECT_EQ(served_.size(), 40U * 400U);
}

TEST_F(Fairness, FindsANewcomerWithinAFewTurnsOfOthersConnections) {
  open(256);
  std::vector<std::unique_ptr<Client>> hogs;
  for (std::size_t i = 0; i < 100; ++i) hogs.push_back(connect(1 + i % 3, many(400)));
  acceptor_->turn();
  const auto honest = connect(0, kAsk);
  const std::size_t before = served_.size();
  acceptor_->turn();
  const auto at = std::find(served_.begin(), served_.end(), 0U);
  ASSERT_NE(at, served_.end());
  EXPECT_LE(static_cast<std::size_t>(at - served_.begin()) - before, 32U);
}

TEST_F(Fairness, SharesTurnsByCallerAndNotByConnection) {
  open(256);
  std::vector<std::unique_ptr<Client>> crowd;
  for (int i = 0; i < 50; ++i) crowd.push_back(connect(1, many(100)));
  const auto single = connect(2, many(100));
  turn_until_quiet();
  ASSERT_EQ(answers_of(2), 100U);
  EXPECT_LE(answered_before_the_last_of(2), 2U * 100U + 16U) << "fifty got no more than the one";
}

TEST_F(Fairness, GivesTheAllowedHalfOfTheTurnsAtLeast) {
  open(256);
  std::vector<std::unique_ptr<Client>> others;
  for (std::size_t i = 0; i < 60; ++i) others.push_back(connect(1 + i % 3, many(100)));
  const auto own = connect(0, many(400));
  turn_until_quiet();
  ASSERT_EQ(answers_of(0), 400U);
  EXPECT_LE(answered_before_the_last_of(0), 2U * 400U + 16U);
}

TEST_F(Fairness, DropsWhatAClosedClientLeftBehindUnseen) {
  open(64);
  for (int i = 0; i < 20; ++i) connect(1, many(100));
  turn_until_quiet();
  EXPECT_TRUE(served_.empty());
  EXPECT_EQ(acceptor_->open(), 0U);
}

TEST_F(Fairness, DropsWhatAResetClientLeftBehind) {
  open(64);
  const linger reset{1, 0};
  for (int i = 0; i < 20; ++i) {
    const auto client = connect(1, many(100));
    setsockopt(client->fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  turn_until_quiet();
  EXPECT_TRUE(served_.empty());
  EXPECT_EQ(acceptor_->open(), 0U);
}

TEST_F(Fairness, DropsTheRestWhenItsClientCloses) {
  open(64);
  auto client = connect(1, many(1000));
  const auto hog = connect(2, many(1000));
  acceptor_->turn();
  const std::size_t before = answers_of(1);
  ASSERT_GT(before, 0U);
  ASSERT_LT(before, 1000U);
  client.reset();
  turn_until_quiet();
  EXPECT_LE(answers_of(1), before + 16) << "the one turn in which the reset is seen";
}

TEST_F(Fairness, AnswersAllToAClientThatOnlyStoppedSending) {
  open(64);
  const auto client = connect(0, many(100));
  client->finish_sending();
  turn_until_quiet();
  EXPECT_EQ(served_.size(), 100U);
  EXPECT_TRUE(client->rest().ends_with("xx"));
}

TEST_F(Fairness, LeavesThoseWhoMayHaveNothingHalfOfThePlaces) {
  open(16);
  std::vector<std::unique_ptr<Client>> others;
  for (std::size_t i = 0; i < 40; ++i) {
    others.push_back(connect(1 + i % 3, "GET"));
    turn_until_quiet();
    ASSERT_LE(acceptor_->open(), 8U);
  }
  std::vector<std::unique_ptr<Client>> own;
  for (std::size_t i = 0; i < 16; ++i) own.push_back(connect(0, kAsk));
  turn_until_quiet();
  EXPECT_EQ(answers_of(0), 16U) << "and these give way to the allowed";
  EXPECT_EQ(acceptor_->open(), 16U);
}

TEST_F(Fairness, ClosesNoAllowedConnectionForAnothersSake) {
  open(8);
  std::vector<std::unique_ptr<Client>> own;
  for (int i = 0; i < 8; ++i) own.push_back(connect(0, kAsk));
  turn_until_quiet();
  for (int i = 0; i < 8; ++i) {
    const auto other = connect(1, kAsk);
    turn_until_quiet();
    EXPECT_NE(other->answer().find(" 503 "), std::string::npos);
  }
  for (const auto& client : own) client->send(kAsk);
  turn_until_quiet();
  EXPECT_EQ(answers_of(0), 16U);
  EXPECT_EQ(answers_of(1), 0U);
}

TEST_F(Fairness, TakesThePlaceOfWhoHoldsMost) {
  open(16);
  const auto small = connect(2, kAsk);
  std::vector<std::unique_ptr<Client>> crowd;
  for (int i = 0; i < 7; ++i) crowd.push_back(connect(1, "GET"));
  turn_until_quiet();
  const auto third = connect(3, kAsk);
  turn_until_quiet();
  EXPECT_EQ(answers_of(3), 1U);
  small->send(kAsk);
  turn_until_quiet();
  EXPECT_EQ(answers_of(2), 2U) << "who holds one keeps it";
  EXPECT_TRUE(crowd.front()->closed()) << "the oldest of the others goes";
}

TEST_F(Fairness, ServesAUserWhoseOwnProgramHoldsEveryPlace) {
  open(16);
  const auto kept = connect(0, kAsk);
  std::vector<std::unique_ptr<Client>> runaway;
  for (int i = 0; i < 40; ++i) runaway.push_back(connect(0, "GET"));
  turn_until_quiet();
  kept->send(kAsk);
  const auto honest = connect(0, kAsk);
  turn_until_quiet();
  EXPECT_EQ(answers_of(0), 3U) << "a half-sent request gives way, not the idle connection";
}

TEST_F(Fairness, TakesWhoeverWaitsHoweverFullItIs) {
  open(4);
  std::vector<std::unique_ptr<Client>> crowd;
  for (std::size_t i = 0; i < 300; ++i) crowd.push_back(connect(1 + i % 3));
  turn_until_quiet();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto honest = connect(0, kAsk);
    EXPECT_EQ(turn_until_quiet(), 1) << "nobody stood before it";
  }
  EXPECT_EQ(answers_of(0), 3U);
}

TEST_F(Fairness, KeepsThoseWaitingWhoWouldOpenAnewWhatIsClosed) {
  open(16);
  acceptor_->set_max_connections(16, 40);
  std::vector<std::unique_ptr<Client>> begun;
  for (int i = 0; i < 30; ++i) begun.push_back(connect(1, "GET"));
  turn_until_quiet();
  EXPECT_EQ(acceptor_->open(), 30U) << "none is closed";
  for (int i = 0; i < 30; ++i) begun.push_back(connect(1, "GET"));
  turn_until_quiet();
  EXPECT_LE(acceptor_->open(), 41U) << "while there is room";
  begun.front()->send(" / HTTP/1.1\r\nHost: ::1\r\n\r\n");
  const auto other = connect(2, kAsk);
  const auto own = connect(0, kAsk);
  turn_until_quiet();
  EXPECT_EQ(answers_of(1), 0U) << "but who gave way is not served";
  EXPECT_EQ(answers_of(2), 1U);
  EXPECT_EQ(answers_of(0), 1U);
}

TEST_F(Fairness, KeepsFourMegabytesOfUnreadAnswersAtMost) {
  open(1024, 8000);
  std::vector<std::unique_ptr<Client>> deaf;
  for (std::size_t i = 0; i < 200; ++i) deaf.push_back(connect(1 + i % 3, many(120)));
  std::size_t most = 0;
  for (int turns = 0; has_work() && turns < kMostTurns; ++turns) {
    acceptor_->turn();
    most = std::max(most, acceptor_->unread());
  }
  EXPECT_GT(most, std::size_t{1} << 20) << "or nothing was unread";
  EXPECT_LE(most, Acceptor::kMostUnreadInAll);
  EXPECT_LT(acceptor_->open(), 200U);
}

TEST_F(Fairness, StopsAnsweringWhereSixtyFourKilobytesAreUnread) {
  open(16, 30000);
  const auto deaf = connect(0, many(120));
  turn_until_quiet();
  EXPECT_LE(acceptor_->unread(), Conversation::kMostUnread + answer_.size());
  const std::size_t before = served_.size();
  std::size_t read = 0;
  std::string bytes(answer_.size(), ' ');
  while (read < 120 * answer_.size()) {
    turn_until_quiet();
    const ssize_t got = recv(deaf->fd(), bytes.data(), bytes.size(), 0);
    ASSERT_GT(got, 0) << read;
    read += static_cast<std::size_t>(got);
  }
  EXPECT_LT(before, 120U);
  EXPECT_EQ(served_.size(), 120U) << "and goes on when they are read";
}

}  // namespace
}  // namespace mdh
