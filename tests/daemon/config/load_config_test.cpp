// Where the configuration comes from, in which order, and what the options change.
#include "daemon/config/load_config.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/environment_guard.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string config_json(const std::string& profile, const std::string& more = "") {
  return R"({"accounts": [{"service_account": "a", "private_key": "file:key.pem",
      "projects": [{"profile": ")" +
         profile + R"(", "project_code": "RK.1.L"}]}])" + more + "}";
}

// A home of its own, and none of the variables that matter.
class ConfigSource : public testing::Test {
 protected:
  ConfigSource() {
    set("HOME", home_.path());
    for (const char* name :
         {"MDH_CREDENTIALS_CONFIG", "XDG_CONFIG_HOME", "AWS_SHARED_CREDENTIALS_FILE",
          "AWS_CONFIG_FILE", "RKS_PRIVATE_KEY", "RKS_SERVICE_ACCOUNT", "RKS_PROJECT_CODE",
          "RKS_PROJECT_ID", "AWS_PROFILE_NAME", "MDH_TOKEN_URL", "MDH_EXCHANGE_URL"}) {
      set(name, "");
    }
  }

  void set(const char* name, const std::string& value) { variables_.emplace_back(name, value); }
  void set_notebook() {
    set("RKS_PRIVATE_KEY", "/k.pem");
    set("RKS_SERVICE_ACCOUNT", "from-environment");
    set("RKS_PROJECT_CODE", "RK.1.L");
    set("AWS_PROFILE_NAME", "environment");
  }
  std::string write_in(const std::string& folder, const std::string& name,
                       const std::string& text) {
    std::filesystem::create_directories(home_.path(folder));
    return home_.write(folder + "/" + name, text);
  }
  std::string profile(const SourceOptions& options = {}) {
    const auto config = load_config(options);
    return config ? config->accounts[0].projects[0].profile : config.error().message;
  }
  Error refused(const SourceOptions& options = {}) {
    const auto config = load_config(options);
    EXPECT_FALSE(config);
    return config ? Error() : config.error();
  }
  SourceOptions with_file(const std::string& more) {
    SourceOptions options;
    options.config = home_.write("config.json", config_json("lab", more));
    return options;
  }

  test::TemporaryFolder home_;
  std::deque<test::EnvironmentGuard> variables_;
};

TEST_F(ConfigSource, LooksInTheOrderOfTheManual) {
  set_notebook();
  if (::access("/etc/mdh-credentials/config.json", F_OK) != 0) {
    EXPECT_EQ(profile(), "environment");
  }
  write_in(".config/mdh-credentials", "config.json", config_json("home"));
  EXPECT_EQ(profile(), "home");
  write_in("xdg/mdh-credentials", "config.json", config_json("xdg"));
  set("XDG_CONFIG_HOME", home_.path("xdg"));
  EXPECT_EQ(profile(), "xdg");
  set("MDH_CREDENTIALS_CONFIG", home_.write("named.json", config_json("named")));
  EXPECT_EQ(profile(), "named");
  SourceOptions options;
  options.config = home_.write("option.json", config_json("option"));
  EXPECT_EQ(profile(options), "option");
}

TEST_F(ConfigSource, NeverFallsBackFromAFileThatWasAskedFor) {
  set_notebook();
  SourceOptions options;
  options.config = home_.path("absent.json");
  EXPECT_THAT(refused(options).message, HasSubstr(home_.path("absent.json")));
  set("MDH_CREDENTIALS_CONFIG", home_.path("named.json"));
  EXPECT_THAT(refused().message, HasSubstr(home_.path("named.json")));
}

TEST_F(ConfigSource, SaysWhereItLookedWhenThereIsNothing) {
  if (::access("/etc/mdh-credentials/config.json", F_OK) == 0) GTEST_SKIP();
  const Error error = refused();
  EXPECT_THAT(error.message, AllOf(HasSubstr(home_.path(".config/mdh-credentials/config.json")),
                                   HasSubstr("/etc/mdh-credentials/config.json")));
  EXPECT_THAT(error.hint, HasSubstr("--env-file"));
}

TEST_F(ConfigSource, LetsTheEnvFileWinOverTheEnvironmentAndTheFiles) {
  set_notebook();
  set("STEM", "file");
  write_in(".config/mdh-credentials", "config.json", config_json("home"));
  SourceOptions options;
  options.env_file = home_.write(".env", "AWS_PROFILE_NAME=env-${STEM}\n");
  const auto config = load_config(options);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->accounts[0].projects[0].profile, "env-file");
  EXPECT_EQ(config->accounts[0].service_account, "from-environment");
  EXPECT_EQ(config->origin, home_.path(".env"));
}

TEST_F(ConfigSource, NamesTheLineOfABrokenEnvFile) {
  SourceOptions options;
  options.env_file = home_.write(".env", "A=b\nRKS_SERVICE_ACCOUNT='c\n");
  EXPECT_THAT(refused(options).message,
              AllOf(HasSubstr(home_.path(".env")),
                    HasSubstr("line 2 opens a quoted value that does not end")));
}

TEST_F(ConfigSource, RefusesAConfigurationTogetherWithAnEnvFile) {
  SourceOptions options = with_file("");
  options.env_file = home_.write(".env", "");
  EXPECT_THAT(refused(options).message, AllOf(HasSubstr("--config"), HasSubstr("--env-file")));
}

TEST_F(ConfigSource, FindsTheProfileFilesAsTheSdksDo) {
  const SourceOptions options = with_file("");
  auto config = load_config(options);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->profile_file.path, home_.path(".aws/credentials"));
  EXPECT_EQ(config->profile_file.config_path, home_.path(".aws/config"));
  set("AWS_SHARED_CREDENTIALS_FILE", "~/other");
  set("AWS_CONFIG_FILE", "/x/config");
  config = load_config(options);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->profile_file.path, home_.path("other"));
  EXPECT_EQ(config->profile_file.config_path, "/x/config");
}

TEST_F(ConfigSource, LetsOptionsOverrideTheFile) {
  SourceOptions options = with_file(R"(, "log_level": "error", "endpoint": {"listen": ["[::1]:1"]},
                                       "profile_file": {"path": "/from/file"})");
  options.listen = {"127.0.0.1:0"};
  options.credentials_file = "/from/option";
  options.no_profile_file = true;
  options.log_level = "debug";
  options.ca_file = "~/ca.pem";
  const auto config = load_config(options);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_THAT(config->endpoint.listen, ElementsAre("127.0.0.1:0"));
  EXPECT_TRUE(config->endpoint.listen_configured);
  EXPECT_EQ(config->profile_file.path, "/from/option");
  EXPECT_FALSE(config->profile_file.enabled);
  EXPECT_EQ(config->log_level, LogLevel::debug);
  EXPECT_EQ(config->ca_file, home_.path("ca.pem"));
}

TEST_F(ConfigSource, HoldsOptionsToTheRulesOfTheFile) {
  SourceOptions options = with_file("");
  options.listen = {"0.0.0.0:80"};
  EXPECT_THAT(refused(options).message, AllOf(HasSubstr("--listen"), HasSubstr("loopback")));
  options.listen.clear();
  options.log_level = "loud";
  EXPECT_THAT(refused(options).message, AllOf(HasSubstr("--log-level"), HasSubstr("debug")));
}

// A directory service that comes up late must not end the daemon.
TEST_F(ConfigSource, TakesNamesThatNobodyHasYet) {
  EXPECT_EQ(profile(with_file(
                R"(, "endpoint": {"allowed_users": ["self", "nobody-such", "@no-such", 4711],
                                  "watchers": ["@none"], "token_group": "no-such"})")),
            "lab");
}

TEST_F(ConfigSource, CountsAKeysRelativePathFromTheFileThatNamesIt) {
  const auto config = load_config(with_file(""));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->accounts[0].private_key.name, home_.path("key.pem"));
}

TEST_F(ConfigSource, CountsEveryRelativePathFromTheFileThatNamesIt) {
  const auto config = load_config(with_file(R"(, "ca_file": "ca.pem",
      "endpoint": {"token_file": "./token"}, "profile_file": {"path": "sub/credentials"})"));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->ca_file, home_.path("ca.pem"));
  EXPECT_EQ(config->endpoint.token_file, home_.path("./token"));
  EXPECT_EQ(config->profile_file.path, home_.path("sub/credentials"));
}

// A folder called $HOME with live keys in it.
TEST_F(ConfigSource, RefusesAPathThatNobodyHasPutVariablesInto) {
  for (const char* path : {"$HOME/.aws/credentials", "${HOME}/x", "%h/x", "~root/x", " ~/x",
                           "\u00a0/x", "/srv/$USER/x", "/srv/x${USER}"}) {
    const std::string quoted = "\"" + std::string(path) + "\"";
    EXPECT_THAT(refused(with_file(R"(, "profile_file": {"path": )" + quoted + "}")).message,
                AllOf(HasSubstr("profile_file.path must be a path"), HasSubstr("$VARIABLE")));
    EXPECT_THAT(refused(with_file(R"(, "endpoint": {"token_file": )" + quoted + "}")).message,
                HasSubstr("endpoint.token_file must be"));
    EXPECT_THAT(refused(with_file(R"(, "ca_file": )" + quoted)).message,
                HasSubstr("ca_file must be"));
    for (auto member : {&SourceOptions::credentials_file, &SourceOptions::state_dir,
                        &SourceOptions::runtime_dir, &SourceOptions::ca_file}) {
      SourceOptions options = with_file("");
      options.*member = path;
      EXPECT_THAT(refused(options).message, HasSubstr("must be a path")) << path;
    }
  }
}

TEST_F(ConfigSource, ExpandsTheSdksVariablesAsBotocoreDoes) {
  const SourceOptions options = with_file("");
  set("MDH_TEST_TEAM", "team");
  for (const auto& [value, means] : {std::pair{"$HOME/.aws/$MDH_TEST_TEAM", "/.aws/team"},
                                     {"${HOME}/.aws/${MDH_TEST_TEAM}s", "/.aws/teams"},
                                     {"~/x", "/x"}}) {
    set("AWS_SHARED_CREDENTIALS_FILE", value);
    set("AWS_CONFIG_FILE", std::string(value) + "-config");
    const auto config = load_config(options);
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->profile_file.path, home_.path() + means);
    EXPECT_EQ(config->profile_file.config_path, home_.path() + means + "-config");
  }
  for (const char* value :
       {"$MDH_TEST_NOT_SET/x", "${MDH_TEST_NOT_SET}/x", "~nobody-such/x", "%h/x", " /x"}) {
    set("AWS_SHARED_CREDENTIALS_FILE", value);
    EXPECT_THAT(refused(options).message, HasSubstr("AWS_SHARED_CREDENTIALS_FILE must be"))
        << value;
  }
}

constexpr char kPem[] =
    "RKS_PRIVATE_KEY='-----BEGIN "
    "X-----'\nAWS_PROFILE_NAME=lab\nRKS_PROJECT_CODE=a\nRKS_SERVICE_ACCOUNT=b\n";
constexpr char kPath[] =
    "RKS_PRIVATE_KEY=/k.pem\nAWS_PROFILE_NAME=lab\nRKS_PROJECT_CODE=a\nRKS_SERVICE_ACCOUNT=b\n";

TEST_F(ConfigSource, RefusesAnEnvFileThatShowsItsKeyToOthers) {
  SourceOptions options;
  for (const mode_t mode : {0644, 0640, 0604, 0620}) {
    options.env_file = home_.write(".env", kPem, mode);
    const Error error = refused(options);
    EXPECT_THAT(error.message,
                AllOf(HasSubstr(home_.path(".env")), HasSubstr("holds the private key"),
                      HasSubstr("opens it to others")));
    EXPECT_EQ(error.hint, "chmod 600 " + home_.path(".env"));
  }
  options.env_file = home_.write(".env", kPem, 0400);
  EXPECT_EQ(profile(options), "lab");
}

TEST_F(ConfigSource, RefusesWhatOthersMayWriteForItSaysWhereTheKeyGoes) {
  for (const mode_t mode : {0666, 0602, 0646}) {
    SourceOptions options = with_file("");
    ::chmod(options.config->c_str(), mode);
    EXPECT_THAT(refused(options).message, HasSubstr("opens it to others"));
    EXPECT_EQ(refused(options).hint, "chmod go-w " + *options.config);
    options = {};
    options.env_file = home_.write(".env", kPath, mode);
    EXPECT_EQ(refused(options).hint, "chmod go-w " + *options.env_file);
  }
  SourceOptions options = with_file("");
  ::chmod(options.config->c_str(), 0644);
  EXPECT_EQ(profile(options), "lab");
}

TEST_F(ConfigSource, RefusesAnotherUsersConfiguration) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  SourceOptions options = with_file("");
  ASSERT_EQ(::chown(options.config->c_str(), 12345, 0), 0);
  EXPECT_THAT(refused(options).message, HasSubstr("belongs to user 12345"));
  options = {};
  options.env_file = home_.write(".env", kPath);
  ASSERT_EQ(::chown(options.env_file->c_str(), 12345, 0), 0);
  EXPECT_THAT(refused(options).message, HasSubstr("belongs to user 12345"));
}

TEST_F(ConfigSource, ReadsAnEnvFileThatIsAPipeAndWatchesItNot) {
  const std::string pipe = home_.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << kPem; });
  SourceOptions options;
  options.env_file = pipe;
  const auto config = load_config(options);
  writer.join();
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->accounts[0].projects[0].profile, "lab");
}

TEST_F(ConfigSource, TakesABareNameForTheKeyWhereSuchAFileIs) {
  SourceOptions options;
  options.env_file = home_.write(".env",
                                 "RKS_PRIVATE_KEY=lab_key\nAWS_PROFILE_NAME=lab\n"
                                 "RKS_PROJECT_CODE=a\nRKS_SERVICE_ACCOUNT=b\n");
  EXPECT_EQ(load_config(options)->accounts[0].private_key.kind, KeyReference::Kind::text);
  home_.write("lab_key", "");
  EXPECT_EQ(load_config(options)->accounts[0].private_key.name, home_.path("lab_key"));
}

TEST_F(ConfigSource, LivesThroughAWorkingFolderThatIsGone) {
  const std::filesystem::path before = std::filesystem::current_path();
  set_notebook();
  {
    const test::TemporaryFolder gone;
    ASSERT_EQ(::chdir(gone.path().c_str()), 0);
  }
  SourceOptions options;
  options.env_file = home_.write(".env", "AWS_PROFILE_NAME=lab");
  EXPECT_EQ(profile(options), "lab");
  (void)load_config({});
  ASSERT_EQ(::chdir(before.c_str()), 0);
}

}  // namespace
}  // namespace mdh
