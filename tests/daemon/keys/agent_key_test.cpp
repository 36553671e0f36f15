// Goal: a key in an agent is found at its place, signs, and whatever the agent does instead ends in
// an error of its own, before the deadline, without a byte too much read.
#include "daemon/keys/agent_key.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "daemon/keys/agent_places.h"
#include "daemon/system/wake_event.h"
#include "tests/support/environment_guard.h"
#include "tests/support/stub_agent.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using test::AgentTalk;
using test::EnvironmentGuard;
using test::holding;
using test::public_half;
using test::shared_rsa;
using test::StubAgent;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class AgentKeyTest : public testing::Test {
 protected:
  AgentKeyTest() {
    account_.private_key = {KeyReference::Kind::agent, public_half(shared_rsa()).fingerprint(), {}};
    account_.agent_socket = folder_.path("agent");
  }

  // What comes of a signature, whichever step fails.
  Result<std::string> signature(const StubAgent::Script& script,
                                Deadline deadline = signing_deadline()) {
    const StubAgent agent(account_.agent_socket, script);
    auto key = AgentKey::find(account_, deadline);
    if (!key) return key.error();
    return key->sign("text", deadline);
  }

  Error refusal(const StubAgent::Script& script) {
    const auto made = signature(script);
    EXPECT_FALSE(made.ok());
    if (made) return {};
    EXPECT_EQ(made.error().error_class, ErrorClass::config);
    EXPECT_EQ(made.error().stage, Stage::key);
    EXPECT_THAT(made.error().message, HasSubstr(account_.agent_socket));
    EXPECT_FALSE(made.error().hint.empty());
    return made.error();
  }

  // An agent that lists its key as it should, and answers a sign request with these bytes.
  static StubAgent::Script signing_with(std::string raw) {
    return [raw = std::move(raw)](AgentTalk& talk) {
      talk.request();
      talk.reply(test::identities_reply({public_half(shared_rsa())}));
      talk.request();
      talk.write(raw);
    };
  }

  test::TemporaryFolder folder_;
  AccountConfig account_;
};

TEST_F(AgentKeyTest, SignsAsOpenSslDoesByteForByte) {
  const auto made = signature(holding(shared_rsa()));
  ASSERT_TRUE(made.ok()) << made.error().message;
  const auto key = SigningKey::from_pem(test::pkcs1(shared_rsa()), "shared");
  EXPECT_EQ(*made, key.value().sign("text"));
}

TEST_F(AgentKeyTest, TellsThatNoAgentIsThere) {
  const auto none = AgentKey::find(account_, signing_deadline());
  EXPECT_THAT(none.error().message,
              AllOf(HasSubstr(account_.agent_socket), HasSubstr("No such file")));
  { const StubAgent gone(account_.agent_socket, holding(shared_rsa())); }
  const auto dead = AgentKey::find(account_, signing_deadline());
  EXPECT_THAT(dead.error().message, HasSubstr("refused"));
  account_.agent_socket = "/" + std::string(200, 'x');
  EXPECT_THAT(AgentKey::find(account_, signing_deadline()).error().message, HasSubstr("107 bytes"));
}

TEST_F(AgentKeyTest, TellsThatTheAgentHoldsAnotherKeyOrNone) {
  const test::Pkey other = test::new_rsa(2048);
  EXPECT_THAT(refusal(holding(other.get())).message, HasSubstr("1 other"));
  EXPECT_THAT(refusal([](AgentTalk& talk) {
                talk.request();
                talk.reply(test::identities_reply({}));
              }).message,
              HasSubstr("locked"));
}

TEST_F(AgentKeyTest, EndsWhateverTheAgentSends) {
  const std::string refused("\0\0\0\1\5", 5);
  EXPECT_THAT(refusal(signing_with(refused)).message, HasSubstr("refused to sign"));
  for (const std::string& raw : {std::string("\x40\0\0\0", 4), std::string("\0\0\0\0", 4),
                                 std::string("\xff\xff\xff\xff", 4)}) {
    EXPECT_THAT(refusal(signing_with(raw)).message, HasSubstr("impossible length"));
  }
  for (const std::string& raw :
       {std::string(), std::string("\0\0", 2), std::string("\0\0\0\7\x0e", 5)}) {
    EXPECT_THAT(refusal(signing_with(raw)).message, HasSubstr("hung up"));
  }
  EXPECT_THAT(refusal(signing_with(std::string("\0\0\0\1\x0e", 5))).message, HasSubstr("nonsense"));
}

TEST_F(AgentKeyTest, WaitsNoLongerThanTheDeadlineForASilentOrDribblingAgent) {
  const Deadline soon{read_clocks().boot + milliseconds(50)};
  const auto silent = signature([](AgentTalk& talk) { talk.hang(); }, soon);
  EXPECT_THAT(silent.error().message, HasSubstr("did not answer"));
  const auto dribble = [](AgentTalk& talk) {
    talk.request();
    talk.write(std::string("\0\0\1\0", 4));
    talk.hang();
  };
  const auto partial = signature(dribble, {read_clocks().boot + milliseconds(50)});
  EXPECT_THAT(partial.error().message, HasSubstr("did not answer"));
}

TEST_F(AgentKeyTest, IsGivenUpWhenNobodyWaitsAnyMore) {
  const WakeEvent cancelled;
  const auto script = [&](AgentTalk& talk) {
    talk.request();
    cancelled.ring();
    talk.hang();
  };
  // Without the bell this would take an hour.
  const auto made = signature(script, {read_clocks().boot + seconds(3600), cancelled.fd()});
  EXPECT_FALSE(made.ok());
}

TEST_F(AgentKeyTest, WaitsForRoomInTheBacklogOfABusyAgent) {
  const FileDescriptor listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, account_.agent_socket.c_str(), sizeof address.sun_path - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  ASSERT_EQ(::bind(listener.get(), generic, sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 0), 0);
  const FileDescriptor first(::socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(::connect(first.get(), generic, sizeof address), 0);
  const auto made = AgentKey::find(account_, {read_clocks().boot + milliseconds(120)});
  EXPECT_THAT(made.error().message, HasSubstr("did not answer"));
}

TEST_F(AgentKeyTest, LooksForTheAgentWhereItUsuallyIs) {
  const EnvironmentGuard runtime("XDG_RUNTIME_DIR", folder_.path());
  const EnvironmentGuard named("SSH_AUTH_SOCK", folder_.path("named"));
  account_.agent_socket.clear();
  const auto places = agent_places(account_);
  EXPECT_EQ(places.front(), folder_.path("named"));
  EXPECT_EQ(places[1], folder_.path("openssh_agent"));
  EXPECT_THAT(places.back(), HasSubstr("S.gpg-agent.ssh"));
  account_.agent_socket = "~/agent";
  const EnvironmentGuard home("HOME", "/home/anna");
  EXPECT_THAT(agent_places(account_), ElementsAre("/home/anna/agent"));
}

TEST_F(AgentKeyTest, TakesTheFirstAgentThatHoldsTheKey) {
  const EnvironmentGuard runtime("XDG_RUNTIME_DIR", folder_.path());
  const EnvironmentGuard named("SSH_AUTH_SOCK", folder_.path("named"));
  account_.agent_socket.clear();
  const test::Pkey other = test::new_rsa(2048);
  const StubAgent first(folder_.path("named"), holding(other.get()));
  const auto nowhere = AgentKey::find(account_, signing_deadline());
  EXPECT_THAT(nowhere.error().message, HasSubstr(folder_.path("named")));
  const StubAgent second(folder_.path("openssh_agent"), holding(shared_rsa()));
  const auto key = AgentKey::find(account_, signing_deadline());
  ASSERT_TRUE(key.ok()) << key.error().message;
  EXPECT_EQ(key->agent(), folder_.path("openssh_agent"));
}

TEST_F(AgentKeyTest, SaysWhereItLookedWhenNoAgentAnswersAtAll) {
  const EnvironmentGuard runtime("XDG_RUNTIME_DIR", folder_.path());
  const EnvironmentGuard home("HOME", folder_.path());
  const EnvironmentGuard named("SSH_AUTH_SOCK", "");
  account_.agent_socket.clear();
  const auto key = AgentKey::find(account_, signing_deadline());
  if (key || !key.error().message.starts_with("no ssh-agent")) GTEST_SKIP() << "one is here";
  EXPECT_THAT(key.error().message, AllOf(HasSubstr("$SSH_AUTH_SOCK is not set"),
                                         HasSubstr(folder_.path("openssh_agent"))));
  EXPECT_FALSE(key.error().hint.empty());
}

// Another user's process at the other end of the socket.
TEST_F(AgentKeyTest, BelievesOnlyItsOwnUsersAgentOrRoots) {
  if (::geteuid() != 0) GTEST_SKIP() << "to be another user takes root";
  const StubAgent agent(account_.agent_socket, holding(shared_rsa()));
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755) | ::chmod(account_.agent_socket.c_str(), 0666),
            0);
  ASSERT_EQ(::seteuid(65534), 0);
  const auto of_root = AgentKey::find(account_, signing_deadline());
  const StubAgent foreign("/tmp/mdh-agent-" + std::to_string(::getpid()), holding(shared_rsa()));
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_TRUE(of_root.ok());
  account_.agent_socket = "/tmp/mdh-agent-" + std::to_string(::getpid());
  const auto of_nobody = AgentKey::find(account_, signing_deadline());
  ::unlink(account_.agent_socket.c_str());
  ASSERT_FALSE(of_nobody.ok());
  EXPECT_THAT(of_nobody.error().message, AllOf(HasSubstr("not believed"), HasSubstr("65534")));
}

}  // namespace
}  // namespace mdh
