// Claims: the verbs print and exit as the contract says, for answers that a real daemon rarely
// gives; tests/program holds them to the real one.
#include "daemon/verbs/credential_process.h"
#include "daemon/verbs/exec.h"
#include "daemon/verbs/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/loopback_stub.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::HasSubstr;

std::string answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

std::string document(const std::string& state, const std::string& file = "written",
                     const std::string& error = "null") {
  return R"({"profiles":[{"profile":"mdh-lab","account":"lab","region":"us-east-1","state":")" +
         state + R"(","expires_in_seconds":600,"last_error":)" + error +
         R"(,"file":{"path":"/f","state":")" + file + R"(","message":"disk full"}}],)" +
         R"("accounts":[{"name":"lab","skew_seconds":420}]})";
}

class AskTest : public testing::Test {
 protected:
  // Asks whoever listens at path().
  Command command() {
    Command made;
    made.socket = path();
    made.profile = "mdh-lab";
    return made;
  }
  std::string path() const { return folder_.path("socket"); }
  int run(int (*verb)(const Command&), const Command& made) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = verb(made);
    out_ = testing::internal::GetCapturedStdout();
    complaint_ = testing::internal::GetCapturedStderr();
    return status;
  }
  test::TemporaryFolder folder_;
  std::string out_;
  std::string complaint_;
};

auto always(std::string reply) {
  return [reply](test::Line& line) {
    line.request();
    line.write(reply);
  };
}

// Is well by its status, and says this to everything else.
auto well_but(std::string reply) {
  return [reply](test::Line& line) {
    const bool status = line.request().rfind("GET /status ", 0) == 0;
    line.write(status ? answer("200 OK", document("valid")) : reply);
  };
}

TEST_F(AskTest, StatusExitsByWhatIsValid) {
  for (const auto& [state, status] : std::vector<std::pair<std::string, int>>{
           {"valid", 0}, {"failing", 0}, {"starting", 3}, {"expired", 3}}) {
    test::LoopbackStub stub(always(answer("200 OK", document(state))), path());
    EXPECT_EQ(run(print_status, command()), status) << state;
    EXPECT_THAT(out_, HasSubstr(state));
  }
}

TEST_F(AskTest, StatusShowsWhatIsWrongAndWhatToDo) {
  const std::string error =
      R"({"class":"refused","stage":"token","message":"no \u001b[31mway","hint":"ask","at":"x"})";
  test::LoopbackStub stub(always(answer("200 OK", document("expired", "failed", error))), path());
  EXPECT_EQ(run(print_status, command()), 3);
  EXPECT_THAT(out_, HasSubstr("mdh-lab: no  [31mway\n  hint: ask\n"));
  EXPECT_THAT(out_, HasSubstr("mdh-lab: disk full; it was never written by this daemon\n"));
  EXPECT_THAT(out_, HasSubstr("clock: this machine's clock is 7 min slow"));
}

TEST_F(AskTest, StatusOfAStrangerIsNoDaemon) {
  test::LoopbackStub stub(always(answer("200 OK", "<html>hello</html>")), path());
  EXPECT_EQ(run(print_status, command()), 4);
  EXPECT_THAT(complaint_, HasSubstr("is not mdh-credentials"));
}

// A hostile answer: escape sequences, a line of an AWS file, a shell's command.
TEST_F(AskTest, NamesThatNoneMayHaveAreNoDaemonsAnswer) {
  for (const char* name :
       {"\\u001b[31mred", "us-east-1\\ncredential_process = id", "$(id)", "a b", "a/b"}) {
    std::string text = document("valid");
    text.replace(text.find("us-east-1"), 9, name);
    test::LoopbackStub stub(always(answer("200 OK", text)), path());
    for (const auto verb : {print_status, print_environment, print_process_credentials}) {
      EXPECT_NE(run(verb, command()), 0) << name;
      EXPECT_EQ(out_, verb == print_environment ? "(exit 4);\n" : "");
      EXPECT_THAT(complaint_, HasSubstr("is not mdh-credentials"));
    }
  }
}

TEST_F(AskTest, StatusSaysWhereItLookedWhenAsked) {
  Command verbose = command();
  verbose.verbose = true;
  EXPECT_EQ(run(print_status, verbose), 4);
  EXPECT_THAT(complaint_, HasSubstr(path() + ": nothing is there\n"));
  test::LoopbackStub stub(always(answer("200 OK", document("valid"))), path());
  EXPECT_EQ(run(print_status, verbose), 0);
  EXPECT_THAT(out_, HasSubstr(path() + ": taken\n"));
}

TEST_F(AskTest, UnknownProfileIsAUsageError) {
  test::LoopbackStub stub(always(answer("200 OK", document("valid"))), path());
  Command other = command();
  other.profile = "nowhere";
  other.profiles = {"nowhere"};
  for (const auto verb : {print_status, wait_until_ready, refresh_now, print_environment}) {
    EXPECT_EQ(run(verb, other), 2);
    EXPECT_THAT(complaint_, HasSubstr("knows no profile nowhere"));
  }
}

TEST_F(AskTest, StatusExitsByWhatIsWritten) {
  for (const auto& [file, status] : std::vector<std::pair<std::string, int>>{
           {"written", 0}, {"disabled", 0}, {"pending", 3}, {"failed", 3}}) {
    test::LoopbackStub stub(always(answer("200 OK", document("valid", file))), path());
    EXPECT_EQ(run(print_status, command()), status) << file;
  }
}

TEST_F(AskTest, WaitIsOverWhenServedAndTheFileDealtWith) {
  test::LoopbackStub failed(always(answer("200 OK", document("valid", "failed"))), path());
  EXPECT_EQ(run(wait_until_ready, command()), 3);
  EXPECT_THAT(complaint_, HasSubstr("its profile file is not written: disk full"));
  test::LoopbackStub pending(always(answer("200 OK", document("valid", "pending"))), path());
  Command limited = command();
  limited.timeout = seconds(0);
  EXPECT_EQ(run(wait_until_ready, limited), 3);
  EXPECT_THAT(complaint_, HasSubstr("its profile file"));
}

TEST_F(AskTest, WaitGoesOnUntilTheStateTurns) {
  std::atomic<int> asked{0};
  test::LoopbackStub stub(
      [&](test::Line& line) {
        line.request();
        line.write(answer("200 OK", document(++asked < 3 ? "starting" : "valid")));
      },
      path());
  EXPECT_EQ(run(wait_until_ready, command()), 0);
  EXPECT_EQ(asked, 3);
}

TEST_F(AskTest, WaitWithoutADaemonEndsWith4AtTheTimeout) {
  Command limited = command();
  limited.timeout = seconds(0);
  EXPECT_EQ(run(wait_until_ready, limited), 4);
}

TEST_F(AskTest, RefreshReportsAPauseAndHowItIs) {
  test::LoopbackStub stub(well_but(answer("429 Too Many Requests", "{}")), path());
  EXPECT_EQ(run(refresh_now, command()), 0);
  EXPECT_THAT(complaint_, HasSubstr("not now"));
}

// R41 and R42; Field bug 1: empty keys answered as good ones.
TEST_F(AskTest, ProcessPrintsAllOrNothing) {
  const std::string set =
      R"({"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2030-01-01T00:00:00Z"})";
  test::LoopbackStub good(well_but(answer("200 OK", set)), path());
  EXPECT_EQ(run(print_process_credentials, command()), 0);
  EXPECT_EQ(out_,
            "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\",\"SessionToken\":\"T\","
            "\"Expiration\":\"2030-01-01T00:00:00Z\"}\n");
  EXPECT_EQ(complaint_, "");
  for (const char* bad :
       {R"({"AccessKeyId":"","SecretAccessKey":"S","Token":"T","Expiration":"E"})",
        R"({"AccessKeyId":"A","SecretAccessKey":"S","Expiration":"E"})",
        R"({"AccessKeyId":"A","SecretAccessKey":"S","Token":"T"})", "[]", "x"}) {
    test::LoopbackStub stub(well_but(answer("200 OK", bad)), path());
    EXPECT_EQ(run(print_process_credentials, command()), 1) << bad;
    EXPECT_EQ(out_, "");
    EXPECT_EQ(std::count(complaint_.begin(), complaint_.end(), '\n'), 1) << complaint_;
  }
}

TEST_F(AskTest, ProcessSaysWhyThereAreNoCredentials) {
  test::LoopbackStub stub(well_but(answer("503 Service Unavailable",
                                          R"({"code":"UpstreamRefused","message":"denied"})")),
                          path());
  EXPECT_EQ(run(print_process_credentials, command()), 1);
  EXPECT_EQ(complaint_, "mdh-credentials: no credentials for profile mdh-lab (HTTP 503): denied\n");
}

}  // namespace
}  // namespace mdh
