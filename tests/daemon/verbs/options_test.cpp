// Claims: every verb and option of the contract parses, help fits a screen, mistakes end with 2.
#include "daemon/verbs/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace mdh {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Parsed parsed(std::vector<const char*> words) {
  words.insert(words.begin(), "mdh-credentials");
  return parse_command(static_cast<int>(words.size()), words.data());
}

Command command(const std::vector<const char*>& words) {
  const Parsed result = parsed(words);
  const Command* made = std::get_if<Command>(&result);
  EXPECT_NE(made, nullptr) << words[0];
  return made == nullptr ? Command{} : *made;
}

int refused(const std::vector<const char*>& words, std::string& complaint) {
  testing::internal::CaptureStderr();
  const Parsed result = parsed(words);
  complaint = testing::internal::GetCapturedStderr();
  return std::holds_alternative<int>(result) ? std::get<int>(result) : -1;
}

std::string printed(const std::vector<const char*>& words) {
  testing::internal::CaptureStdout();
  const Parsed result = parsed(words);
  EXPECT_EQ(std::get<int>(result), 0);
  return testing::internal::GetCapturedStdout();
}

const std::vector<const char*> kVerbs{"setup",   "serve",   "once", "check", "status",      "wait",
                                      "refresh", "process", "env",  "exec",  "rotate-token"};

TEST(Options, ReadsWhatServeTakes) {
  const Command made =
      command({"serve",    "--config",          "c.json",      "--env-file", ".env",
               "--listen", "127.0.0.1:1",       "--listen",    "[::1]:2",    "--credentials-file",
               "f",        "--no-profile-file", "--state-dir", "s",          "--runtime-dir",
               "r",        "--log-level",       "debug",       "--ca-file",  "ca.pem"});
  EXPECT_EQ(made.verb, Command::Verb::serve);
  EXPECT_EQ(made.source.config, "c.json");
  EXPECT_EQ(made.source.env_file, ".env");
  EXPECT_THAT(made.source.listen, ElementsAre("127.0.0.1:1", "[::1]:2"));
  EXPECT_EQ(made.source.credentials_file, "f");
  EXPECT_TRUE(made.source.no_profile_file);
  EXPECT_EQ(made.source.state_dir, "s");
  EXPECT_EQ(made.source.runtime_dir, "r");
  EXPECT_EQ(made.source.log_level, "debug");
  EXPECT_EQ(made.source.ca_file, "ca.pem");
}

TEST(Options, ReadsWhatTheOtherVerbsTake) {
  EXPECT_TRUE(command({"once", "--dry-run", "--profile", "p"}).dry_run);
  const Command setup = command({"setup", "--yes", "--system", "--user", "anna", "--user", "@lab"});
  EXPECT_TRUE(setup.yes && setup.system && !setup.remove && !setup.dry_run);
  EXPECT_THAT(setup.allowed_users, ElementsAre("anna", "@lab"));
  EXPECT_EQ(setup.form, "process");
  EXPECT_TRUE(command({"check", "--online"}).online);
  EXPECT_TRUE(command({"status", "--json"}).json);
  EXPECT_TRUE(command({"status", "--verbose"}).verbose);
  EXPECT_EQ(command({"status", "--socket", "s"}).socket, "s");
  EXPECT_EQ(command({"wait", "--timeout", "30"}).timeout, seconds(30));
  EXPECT_THAT(command({"refresh", "--profile", "p"}).profiles, ElementsAre("p"));
  EXPECT_THAT(command({"status", "p", "q", "--watch"}).profiles, ElementsAre("p", "q"));
  EXPECT_EQ(command({"process", "p"}).profile, "p");
  EXPECT_EQ(command({"process", "--profile", "p"}).verb, Command::Verb::process);
  EXPECT_EQ(command({"rotate-token", "--grace-seconds", "60"}).grace, seconds(60));
  EXPECT_EQ(command({"status", "--endpoint", "http://127.0.0.1:7000"}).endpoint,
            "http://127.0.0.1:7000");
  const Command env = command({"env", "--imds", "--token-env", "--isolate"});
  EXPECT_TRUE(env.imds && env.token_env && env.isolate);
}

TEST(Options, LeavesTheCommandOfExecAlone) {
  EXPECT_THAT(command({"exec", "--profile", "p", "--", "ls", "--help", "--", "-l"}).arguments,
              ElementsAre("ls", "--help", "--", "-l"));
  EXPECT_THAT(command({"exec", "--profile", "p", "ls", "--profile", "mine"}).arguments,
              ElementsAre("ls", "--profile", "mine"));
  EXPECT_EQ(command({"exec", "--profile", "p", "ls", "--profile", "mine"}).profile, "p");
}

TEST(Options, MistakesEndWith2AndAHint) {
  std::string complaint;
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{},
                                             {"stats"},
                                             {"status", "--jsn"},
                                             {"key", "lab", "surplus"},
                                             {"wait", "--timeout", "soon"},
                                             {"wait", "--timeout", "-1"},
                                             {"serve", "--log-level", "loud"},
                                             {"serve", "--listen"},
                                             {"process"},
                                             {"exec"},
                                             {"exec", "--"},
                                             {"status", "--", "x"},
                                             {"env", "--endpoint", "https://elsewhere"}}) {
    EXPECT_EQ(refused(words, complaint), 2) << complaint;
    EXPECT_THAT(complaint, testing::StartsWith("mdh-credentials: "));
    EXPECT_THAT(complaint, HasSubstr("\nhint: "));
  }
}

TEST(Options, NameTheNearestWordThatThereIs) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> kSlips{
      {{"stauts"}, "did you mean status?"},
      {{"status", "--jsn"}, "did you mean --json?"},
      {{"--verison"}, "did you mean --version?"},
      {{"exec", "--profil=p", "--", "ls"}, "did you mean --profile?"},
      {{"--profile", "p", "status"}, "mdh-credentials status --profile"},
      {{"wait", "--timeout", "soon"}, "--timeout wants a whole number"}};
  std::string complaint;
  for (const auto& [words, said] : kSlips) {
    EXPECT_EQ(refused(words, complaint), 2);
    EXPECT_THAT(complaint, HasSubstr(said));
  }
}

TEST(Options, HelpAndVersionAreHadHoweverTheyAreAskedFor) {
  EXPECT_EQ(printed({"-h"}), printed({"--help"}));
  EXPECT_EQ(printed({"help"}), printed({"--help"}));
  EXPECT_EQ(printed({"help", "status"}), printed({"status", "--help"}));
  EXPECT_EQ(printed({"status", "-h"}), printed({"status", "--help"}));
  EXPECT_EQ(printed({"-V"}), printed({"--version"}));
  EXPECT_EQ(printed({"version"}), printed({"--version"}));
  std::string complaint;
  EXPECT_EQ(refused({"help", "stauts"}, complaint), 2);
}

std::vector<std::string> suggested(std::vector<const char*> words) {
  words.insert(words.begin(), {"complete", "--"});
  std::vector<std::string> names = command(words).suggestions;
  for (std::string& name : names) name = name.substr(0, name.find('\t'));
  return names;
}

TEST(Options, AreSuggestedAsTheTableHasThem) {
  EXPECT_THAT(suggested({"sta"}), ElementsAre("status"));
  EXPECT_THAT(suggested({"status", "--j"}), ElementsAre("--json"));
  EXPECT_THAT(suggested({"check", "--config", ""}), ElementsAre(":file"));
  EXPECT_THAT(suggested({"serve", "--state-dir", "/"}), ElementsAre(":folder"));
  EXPECT_THAT(suggested({"serve", "--log-level", "d"}), ElementsAre("debug"));
  EXPECT_THAT(suggested({"serve", "--log-level", "=", "d"}), ElementsAre("debug"));
  EXPECT_THAT(suggested({"serve", "--log-level=d"}), ElementsAre("--log-level=debug"));
  EXPECT_THAT(suggested({"exec", "--profile", ""}), ElementsAre(":profile"));
  EXPECT_THAT(suggested({"key", "x"}), ElementsAre(":account"));
  EXPECT_THAT(suggested({"check", "--user", ""}), ElementsAre(":user"));
  EXPECT_THAT(suggested({"exec", "--profile", "p", "--", "l"}), ElementsAre(":command 4"));
  EXPECT_THAT(suggested({"status", "--", "l"}), ElementsAre());
  EXPECT_THAT(suggested({"wait", "--timeout", ""}), ElementsAre());
}

TEST(Options, HelpOfEveryVerbFitsAScreenAndNamesTheExitStatus) {
  for (const char* verb : kVerbs) {
    const std::string help = printed({verb, "--help"});
    EXPECT_LE(std::count(help.begin(), help.end(), '\n'), 24) << verb;
    EXPECT_THAT(help, HasSubstr("Exit status: ")) << verb;
    EXPECT_THAT(help, HasSubstr(std::string("Usage: mdh-credentials ") + verb)) << verb;
    std::size_t start = 0;
    for (std::size_t end = 0; (end = help.find('\n', start)) != std::string::npos;
         start = end + 1) {
      EXPECT_LE(end - start, 96u) << help.substr(start, end - start);
    }
  }
  EXPECT_LE(std::ranges::count(printed({"--help"}), '\n'), 24);
}

TEST(Options, VersionNamesTheLibraries) {
  const std::string version = printed({"--version"});
  for (const char* library :
       {"mdh-credentials " MDH_VERSION, "libcurl ", "OpenSSL 3", "nlohmann-json 3.", "libsystemd ",
        "spdlog 1.", "prometheus-cpp 1.", "CLI11 2."}) {
    EXPECT_THAT(version, HasSubstr(library));
  }
}

TEST(Options, TakeAnEndpointOfThisMachineAlone) {
  std::string complaint;
  for (const char* url : {"http://127.0.0.1:6340", "http://127.9.9.9", "http://[::1]:6340/",
                          "http://localhost:6340", "http://localhost/"}) {
    EXPECT_EQ(command({"status", "--endpoint", url}).endpoint, url);
  }
  for (const char* url :
       {"http://10.0.0.1:6340", "http://127.0.0.1.example:80", "http://localhost.example",
        "http://127.1@example:80", "http://[::2]:1", "http://example/http://127.0.0.1", "http://",
        "127.0.0.1:6340", "ftp://127.0.0.1"}) {
    EXPECT_EQ(refused({"status", "--endpoint", url}, complaint), 2) << url;
  }
  EXPECT_EQ(refused({"status", "--endpoint", "http://127.0.0.1:1", "--socket", "s"}, complaint), 2);
}

}  // namespace
}  // namespace mdh
