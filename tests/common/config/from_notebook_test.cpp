// The notebook's environment, with every spelling of RKS_PRIVATE_KEY that is in use.
#include "common/config/from_notebook.h"

#include <gmock/gmock.h>

#include "common/upstream/pem.h"
#include "common/upstream/signing_key.h"
#include "tests/support/keys.h"

namespace mdh {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Plain = std::map<std::string, std::string>;

Plain notebook() {
  return {{"RKS_PRIVATE_KEY", "/home/ann/key.pem"},
          {"RKS_SERVICE_ACCOUNT", "MyDataHelps.1.a"},
          {"RKS_PROJECT_CODE", "RK.1.L"},
          {"AWS_PROFILE_NAME", "lab"}};
}

Result<Config> configured(const Plain& plain) {
  Variables values;
  for (const auto& [name, value] : plain) values.emplace(name, Secret(value));
  return config_from_environment(values);
}

Error refused(const Plain& plain) {
  const auto config = configured(plain);
  EXPECT_FALSE(config);
  return config ? Error() : config.error();
}

Error refused_without(const char* name) {
  Plain plain = notebook();
  plain.erase(name);
  return refused(plain);
}

Error refused_with(const char* name, const std::string& value) {
  Plain plain = notebook();
  plain[name] = value;
  return refused(plain);
}

TEST(ConfigEnvironment, TakesTheNotebooksOwnVariables) {
  const auto config = configured(notebook());
  ASSERT_TRUE(config) << config.error().message;
  const AccountConfig& account = config->accounts.at(0);
  EXPECT_EQ(config->origin, "the environment");
  EXPECT_EQ(account.service_account, "MyDataHelps.1.a");
  EXPECT_EQ(account.private_key.kind, KeyReference::Kind::file);
  EXPECT_EQ(account.private_key.name, "/home/ann/key.pem");
  EXPECT_EQ(account.audience, account.token_url);
  EXPECT_EQ(account.projects.at(0).profile, "lab");
  EXPECT_EQ(account.projects.at(0).project_code, "RK.1.L");
  EXPECT_EQ(config->endpoint.imds_profile, "lab");
}

TEST(ConfigEnvironment, TakesOtherAddresses) {
  Plain plain = notebook();
  plain["MDH_TOKEN_URL"] = "http://127.0.0.1:1/token";
  plain["MDH_EXCHANGE_URL"] = "http://[::1]:1/{project_id}";
  plain["RKS_PROJECT_ID"] = "p-1";
  const auto config = configured(plain);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->accounts.at(0).token_url, "http://127.0.0.1:1/token");
  EXPECT_EQ(config->accounts.at(0).audience, "http://127.0.0.1:1/token");
  EXPECT_EQ(config->accounts.at(0).projects.at(0).exchange_url, "http://[::1]:1/{project_id}");
}

// The notebook wrote [None] then.
TEST(ConfigEnvironment, WantsAProfileName) {
  EXPECT_THAT(refused_without("AWS_PROFILE_NAME").message,
              HasSubstr("the environment: AWS_PROFILE_NAME is not set"));
  EXPECT_THAT(refused_with("AWS_PROFILE_NAME", " ").message, HasSubstr("is not set"));
}

TEST(ConfigEnvironment, NamesWhatIsMissing) {
  EXPECT_THAT(refused_without("RKS_SERVICE_ACCOUNT").message, HasSubstr("RKS_SERVICE_ACCOUNT"));
  EXPECT_THAT(refused_without("RKS_PRIVATE_KEY").message, HasSubstr("RKS_PRIVATE_KEY"));
  EXPECT_THAT(refused_without("RKS_PROJECT_CODE").message,
              HasSubstr("RKS_PROJECT_CODE or RKS_PROJECT_ID"));
}

TEST(ConfigEnvironment, NamesWhatIsForbidden) {
  EXPECT_THAT(refused_with("AWS_PROFILE_NAME", "a]b").message, HasSubstr("A-Z a-z 0-9"));
  EXPECT_THAT(refused_with("MDH_TOKEN_URL", "http://example.org").message, HasSubstr("https"));
  EXPECT_THAT(refused_with("RKS_PROJECT_ID", "p").message, HasSubstr("both"));
  EXPECT_THAT(refused_with("MDH_EXCHANGE_URL", "https://a/{project_id}").message,
              HasSubstr("RKS_PROJECT_ID"));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string base64(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

TEST(ConfigEnvironment, TakesEverySpellingOfTheKeyOutOfADotenvFile) {
  const std::string pem = test::pkcs1(test::shared_rsa());
  for (const std::string& line :
       {"\"" + replaced(pem, "\n", "\\n") + "\"", "'" + replaced(pem, "\n", "\\n") + "'",
        replaced(pem, "\n", "\\n"), "\"" + pem + "\"", "'" + pem + "'",
        "'" + replaced(pem, "\n", "\r\n") + "'", base64(pem), "\"" + base64(pem) + "\""}) {
    const auto dotenv = parse_dotenv("RKS_PRIVATE_KEY=" + line + "\n", ".env", {});
    ASSERT_TRUE(dotenv);
    const KeyReference source =
        key_reference_from_variable(dotenv->values.at("RKS_PRIVATE_KEY").reveal());
    ASSERT_EQ(source.kind, KeyReference::Kind::text);
    EXPECT_EQ(source.name, "RKS_PRIVATE_KEY");
    EXPECT_TRUE(SigningKey::from_pem(normalised_pem(source.text->reveal()), source.name));
  }
}

TEST(ConfigEnvironment, TakesAPathOrASourceForTheKey) {
  using Kind = KeyReference::Kind;
  EXPECT_EQ(key_reference_from_variable("~/key.pem"), (KeyReference{Kind::file, "~/key.pem", {}}));
  EXPECT_EQ(key_reference_from_variable("key.pem\n"), (KeyReference{Kind::file, "key.pem", {}}));
  EXPECT_EQ(key_reference_from_variable("file:/k"), (KeyReference{Kind::file, "/k", {}}));
  EXPECT_EQ(key_reference_from_variable("env:K"), (KeyReference{Kind::environment, "K", {}}));
  const std::string fingerprint = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
  EXPECT_EQ(key_reference_from_variable("agent:" + fingerprint),
            (KeyReference{Kind::agent, fingerprint, {}}));
}

// Field bug 9: the body of a key without its first line would be shown as a file that is not there.
TEST(ConfigEnvironment, NeverTakesAMangledKeyForAPath) {
  std::string body = test::pkcs1(test::shared_rsa());
  body = replaced(body.substr(body.find('\n') + 1, 900), "\n", "");
  EXPECT_EQ(key_reference_from_variable(body).kind, KeyReference::Kind::text);
  EXPECT_EQ(key_reference_from_variable(body.substr(0, 64) + "\n" + body.substr(64, 64)).kind,
            KeyReference::Kind::text);
}

TEST(ConfigEnvironment, TakesOnlyWhatLooksLikeAPathForOne) {
  using Kind = KeyReference::Kind;
  const std::string base64(64, 'M');
  for (const std::string& text :
       {std::string("hunter2"), base64, base64 + "/" + base64, "/" + base64,
        base64 + "==", std::string("a\nb/c"), std::string()}) {
    EXPECT_EQ(key_reference_from_variable(text).kind, Kind::text) << text;
  }
  for (const char* text : {"./key", "key.pem", "a/b", "/run/secrets/lab",
                           "/srv/projects/study/keys/production/service/account/mydatahelps/key"}) {
    EXPECT_EQ(key_reference_from_variable(text).kind, Kind::file) << text;
  }
}

// A .env of the notebook, with `more` in front and this value of the key.
Result<Config> from_dotenv(const std::string& more, const std::string& key = "/home/ann/key.pem",
                           const Plain& outside = {}) {
  auto dotenv = parse_dotenv(more +
                                 "RKS_SERVICE_ACCOUNT=MyDataHelps.1.a\nAWS_PROFILE_NAME=lab\n"
                                 "RKS_PRIVATE_KEY=" +
                                 key + "\n",
                             "/home/ann/.env", {});
  EXPECT_TRUE(dotenv);
  Variables environment;
  for (const auto& [name, value] : outside) environment.emplace(name, Secret(value));
  return config_from_dotenv(std::move(*dotenv), "/home/ann/.env", std::move(environment));
}

TEST(ConfigDotenv, FillsUpFromTheEnvironmentAndSaysWhichIsWrong) {
  const auto config = from_dotenv("", "/k", {{"RKS_PROJECT_CODE", "RK.1.L"}});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->accounts[0].projects[0].project_code, "RK.1.L");
  EXPECT_TRUE(config->warnings.empty());
  EXPECT_THAT(from_dotenv("\nMDH_TOKEN_URL=ftp://x\nRKS_PROJECT_CODE=a\n").error().message,
              HasSubstr("/home/ann/.env: line 2: MDH_TOKEN_URL must be"));
  EXPECT_THAT(
      from_dotenv("RKS_PROJECT_CODE=a\n", "/k", {{"MDH_TOKEN_URL", "ftp://x"}}).error().message,
      HasSubstr("the environment: MDH_TOKEN_URL must be"));
  EXPECT_THAT(from_dotenv("").error().message, HasSubstr("/home/ann/.env: RKS_PROJECT_CODE or"));
}

TEST(ConfigDotenv, LetsTheFilesNameOfTheProjectSilenceTheOther) {
  const auto config =
      from_dotenv("RKS_PROJECT_ID=p-1\n", "/k", {{"RKS_PROJECT_CODE", "RK.9.Yesterday"}});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->accounts[0].projects[0].project_id, "p-1");
  EXPECT_EQ(config->accounts[0].projects[0].project_code, "");
  ASSERT_EQ(config->warnings.size(), 1u);
  EXPECT_THAT(config->warnings[0].message,
              AllOf(HasSubstr("RKS_PROJECT_CODE of the environment is not used"),
                    HasSubstr("/home/ann/.env names the project by RKS_PROJECT_ID")));
  EXPECT_THAT(from_dotenv("RKS_PROJECT_ID=p\nRKS_PROJECT_CODE=c\n").error().message,
              HasSubstr("both"));
}

TEST(ConfigDotenv, WarnsOfLinesThatAreSkipped) {
  const auto config = from_dotenv("my study keys\nRKS_PROJECT_CODE=a\n");
  ASSERT_TRUE(config);
  ASSERT_EQ(config->warnings.size(), 1u);
  EXPECT_EQ(config->warnings[0].message, "/home/ann/.env: line 1 is no assignment; it is skipped");
  EXPECT_THAT(from_dotenv("RKS_PROJECT_CODE='a\n").error().message,
              AllOf(HasSubstr("RKS_PROJECT_CODE or RKS_PROJECT_ID must be set"),
                    HasSubstr("line 1 opens a quoted value that does not end")));
}

TEST(ConfigDotenv, NamesTheLineOfAKeyThatLostItsQuotes) {
  const std::string pem = test::pkcs1(test::shared_rsa());
  const std::string body =
      replaced(pem.substr(pem.find('\n') + 1), "-----END RSA PRIVATE KEY-----", "");
  for (const std::string& key : {pem, body, replaced(base64(pem), "M", "M").insert(76, "\n")}) {
    const auto config = from_dotenv("RKS_PROJECT_CODE=a\n", key);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message,
                HasSubstr("/home/ann/.env: line 4: the value of RKS_PRIVATE_KEY goes over several "
                          "lines and is not in quotes"));
    EXPECT_THAT(config.error().hint, HasSubstr("put \" before"));
    EXPECT_THAT(config.error().message + config.error().hint,
                Not(HasSubstr(key.substr(0, 20) + "M")));
  }
}

}  // namespace
}  // namespace mdh
