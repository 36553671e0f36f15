// The configuration file: every key, every default, and what is said about each mistake.
#include "common/config/from_json.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/golden.h"

namespace mdh {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

const std::string kFile = "/etc/mdh-credentials/config.json";

Json smallest() {
  return Json::parse(R"({"accounts": [{"service_account": "MyDataHelps.1.a",
      "private_key": "file:/k.pem", "projects": [{"profile": "lab", "project_code": "RK.1.L"}]}]})");
}

Config taken(const Json& json) {
  const auto config = parse_config(json.dump(), kFile);
  EXPECT_TRUE(config) << (config ? "" : config.error().message);
  return config ? *config : Config();
}

Error refused(std::string_view text) {
  const auto config = parse_config(text, kFile);
  EXPECT_FALSE(config) << text;
  return config ? Error() : config.error();
}

// The smallest configuration with one value put at a JSON pointer.
Error refused_with(const std::string& pointer, const Json& value) {
  Json json = smallest();
  json[Json::json_pointer(pointer)] = value;
  return refused(json.dump());
}

TEST(ConfigText, FillsInEveryDefault) {
  const Config config = taken(smallest());
  const AccountConfig& account = config.accounts.at(0);
  const ProjectConfig& project = account.projects.at(0);
  EXPECT_EQ(config.origin, kFile);
  EXPECT_EQ(account.name, "default");
  EXPECT_EQ(account.token_url, "https://designer.mydatahelps.org/identityserver/connect/token");
  EXPECT_EQ(account.audience, account.token_url);
  EXPECT_EQ(account.assertion_lifetime, seconds(900));
  EXPECT_EQ(account.assertion_type, "JWT");
  EXPECT_EQ(project.region, "us-east-1");
  EXPECT_EQ(project.authorization_scheme, "");
  EXPECT_EQ(config.profile_file, ProfileFileConfig());
  EXPECT_THAT(config.endpoint.listen, ElementsAre("127.0.0.1:6340", "[::1]:6340"));
  EXPECT_FALSE(config.endpoint.listen_configured);
  EXPECT_THAT(config.endpoint.allowed_users, ElementsAre("self", "root"));
  EXPECT_EQ(config.endpoint.imds_profile, "lab");
  EXPECT_EQ(config.endpoint.max_connections, 1024);
  EXPECT_EQ(config.log_level, LogLevel::info);
  EXPECT_EQ(config.ca_file, "");
}

TEST(ConfigText, TakesEveryKey) {
  const auto config =
      parse_config(test::golden_text(std::string(MDH_TEST_DATA) + "/config/every_key.json"), kFile);
  ASSERT_TRUE(config) << config.error().message;
  const AccountConfig& account = config->accounts.at(0);
  const ProjectConfig& project = account.projects.at(0);
  EXPECT_EQ(account.name, "lab");
  EXPECT_EQ(account.private_key.kind, KeyReference::Kind::credential);
  EXPECT_EQ(account.private_key.name, "lab-key");
  EXPECT_EQ(account.agent_socket, "~/agent");
  EXPECT_EQ(account.token_url, "http://127.0.0.1:8080/token");
  EXPECT_EQ(account.audience, "urn:lab");
  EXPECT_EQ(account.assertion_lifetime, seconds(200));
  EXPECT_EQ(account.assertion_type, "client-authentication+jwt");
  EXPECT_EQ(project.project_code, "RK.1.L");
  EXPECT_EQ(project.project_id, "p-1");
  EXPECT_EQ(project.exchange_url, "https://example.org/{project_id}/token");
  EXPECT_EQ(project.authorization_scheme, "Bearer");
  EXPECT_EQ(project.region, "eu-west-1");
  EXPECT_THAT(project.allowed_users, ElementsAre("bob", "@lab", "1001"));
  EXPECT_EQ(project.athena, (AthenaConfig{"d", "w", "s3://bucket/o"}));
  EXPECT_EQ(config->profile_file,
            (ProfileFileConfig{false, ProfileFileConfig::Form::process, "~/c", "", false,
                               ProfileFileConfig::OnStop::remove}));
  EXPECT_EQ(config->endpoint, (EndpointConfig{{"127.0.0.2:0", "[::1]:1", "169.254.170.2:80"},
                                              true,
                                              "/t",
                                              "staff",
                                              {"ann", "1000", "77"},
                                              {"@adm", "4"},
                                              false,
                                              true,
                                              "other",
                                              7}));
  EXPECT_EQ(config->log_level, LogLevel::debug);
  EXPECT_EQ(config->ca_file, "/ca.pem");
}

// IMDS knows no token: with "any" nothing would guard it.
TEST(ConfigText, TurnsImdsOffWhereAnybodyMayAsk) {
  const auto config =
      parse_config(R"({"accounts": [{"service_account": "s", "private_key": "file:k",
      "projects": [{"profile": "p", "project_code": "c"}]}],
      "endpoint": {"allowed_users": ["any"], "imds": true}})",
                   kFile);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_FALSE(config->endpoint.imds);
}

TEST(ConfigText, TakesTheExampleThatIsShipped) {
  const auto config = parse_config(
      test::golden_text(std::string(MDH_SOURCE_DIR) + "/config/mdh-credentials.json"), kFile);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->accounts.at(0).projects.size(), 2U);
}

// Every key path of a schema's object, by its references.
void collect_keys(const Json& schema, const Json& part, const std::string& prefix,
                  std::set<std::string>& keys) {
  if (part.contains("$ref")) {
    const std::string reference = part["$ref"].get<std::string>().substr(1);
    return collect_keys(schema, schema[Json::json_pointer(reference)], prefix, keys);
  }
  if (part.contains("items")) return collect_keys(schema, part["items"], prefix + "[]", keys);
  if (!part.contains("properties")) return;
  EXPECT_EQ(part.value("additionalProperties", true), false) << prefix;
  for (const auto& [name, value] : part["properties"].items()) {
    const std::string path = prefix.empty() ? name : prefix + "." + name;
    keys.insert(path);
    EXPECT_TRUE(value.contains("description") || value.contains("$ref")) << path;
    collect_keys(schema, value, path, keys);
  }
}

TEST(ConfigText, KnowsTheKeysOfTheSchemaAndNoOthers) {
  const Json schema =
      Json::parse(test::golden_text(std::string(MDH_SOURCE_DIR) + "/config/config.schema.json"));
  std::set<std::string> keys;
  collect_keys(schema, schema, "", keys);
  EXPECT_EQ(config_keys(), std::vector<std::string>(keys.begin(), keys.end()));
}

TEST(ConfigText, NamesThePlaceAndTheRuleOfEveryForbiddenValue) {
  struct Case {
    const char* pointer;
    Json value;
    const char* path;
    const char* allowed;
  };
  const std::vector<Case> cases = {
      {"/accounts", "lab", "accounts must be", "an array; it is a string"},
      {"/accounts", Json::array(), "accounts must be", "at least one"},
      {"/accounts/0", 1, "accounts[0] must be", "an object; it is an integer"},
      {"/accounts/0/name", "", "accounts[0].name must be", "1 to 256"},
      {"/accounts/0/service_account", "a\nb", "accounts[0].service_account must be", "one line"},
      {"/accounts/0/private_key", 5, "accounts[0].private_key must be", "credential:NAME"},
      {"/accounts/0/private_key", "credential:../x", "accounts[0].private_key", "file:PATH"},
      {"/accounts/0/token_url", "http://example.org/", "accounts[0].token_url", "https URL"},
      {"/accounts/0/token_url", "https://u:p@example.org/", "accounts[0].token_url", "user name"},
      {"/accounts/0/token_url", "http://127.0.0.1.example.org/", "token_url", "loopback"},
      {"/accounts/0/token_url", "https://a b/", "accounts[0].token_url", "blank"},
      {"/accounts/0/token_url", "https:///x", "accounts[0].token_url", "https URL"},
      {"/accounts/0/token_url", "https://a:0/x", "accounts[0].token_url", "https URL"},
      {"/accounts/0/assertion_lifetime_seconds", 29, "assertion_lifetime_seconds", "30 to 3600"},
      {"/accounts/0/assertion_lifetime_seconds", 3601, "assertion_lifetime_seconds", "3600"},
      {"/accounts/0/assertion_lifetime_seconds", 90.5, "assertion_lifetime_seconds", "a number"},
      {"/accounts/0/assertion_lifetime_seconds", "90", "assertion_lifetime_seconds", "a string"},
      {"/accounts/0/projects/0/profile", "a b", "accounts[0].projects[0].profile", "A-Z a-z 0-9"},
      {"/accounts/0/projects/0/profile", "DEFAULT", "projects[0].profile", "not DEFAULT"},
      {"/accounts/0/projects/0/profile", std::string(65, 'a'), "projects[0].profile", "1 to 64"},
      {"/accounts/0/projects/0/profile", nullptr, "projects[0].profile", "it is null"},
      {"/accounts/0/projects/0/project_id", "a/b", "projects[0].project_id", "1 to 128"},
      {"/accounts/0/projects/0/authorization_scheme", "Basic", "authorization_scheme", "Bearer"},
      {"/accounts/0/projects/0/region", "US", "projects[0].region", "us-east-1"},
      {"/accounts/0/projects/0/athena", "guess", "projects[0].athena must be", "\"derived\""},
      {"/accounts/0/projects/0/athena", 7, "projects[0].athena must be", "\"derived\""},
      {"/accounts/0/projects/0/athena/output", "https://b/", "athena.output must be", "s3://"},
      {"/accounts/0/projects/0/athena/database", "a\nb", "athena.database", "one line"},
      {"/profile_file/enabled", "yes", "profile_file.enabled must be", "true or false"},
      {"/profile_file/form", "ini", "profile_file.form must be", "keys, process"},
      {"/profile_file/on_stop", 1, "profile_file.on_stop must be", "keep, remove"},
      {"/endpoint/listen", Json::array({"127.0.0.1:1", "0.0.0.0:80"}), "endpoint.listen[1]",
       "loopback address, 169.254.170.2 or [fd00:ec2::23]"},
      {"/endpoint/listen", Json::array({"127.0.0.1"}), "endpoint.listen[0]", "ADDRESS:PORT"},
      {"/endpoint/listen", Json::array({"127.0.0.1:65536"}), "endpoint.listen[0]", "PORT"},
      {"/endpoint/listen", Json::array({"::1:80"}), "endpoint.listen[0]", "ADDRESS:PORT"},
      {"/endpoint/listen", Json::array({"localhost:80"}), "endpoint.listen[0]", "loopback"},
      {"/endpoint/listen", Json::array({"127.0.00.1:80"}), "endpoint.listen[0]", "loopback"},
      {"/endpoint/allowed_users", Json::array({"a b"}), "endpoint.allowed_users[0]", "self"},
      {"/endpoint/allowed_users", Json::array({-1}), "endpoint.allowed_users[0]", "number"},
      {"/endpoint/allowed_users", Json::array({"any", "root"}), "endpoint.allowed_users[0]",
       "\"any\" stands alone"},
      {"/endpoint/watchers", Json::array({"any"}), "endpoint.watchers[0]", "stands alone"},
      {"/accounts/0/projects/0/allowed_users", Json::array({"any"}),
       "accounts[0].projects[0].allowed_users[0]", "stands alone"},
      {"/accounts/0/projects/0/allowed_users", Json::array({"@"}),
       "accounts[0].projects[0].allowed_users[0]", "after @"},
      {"/endpoint/allowed_users", Json::array(), "endpoint.allowed_users", "at least one"},
      {"/endpoint/max_connections", 0, "endpoint.max_connections", "1 to 65535"},
      {"/endpoint/imds_profile", "other", "endpoint.imds_profile", "not a project's profile"},
      {"/log_level", "loud", "log_level must be", "trace, debug, info, warn or error"},
      {"/ca_file", "a\nb", "ca_file must be", "a path"},
  };
  for (const Case& one : cases) {
    const Error error = refused_with(one.pointer, one.value);
    EXPECT_THAT(error.message,
                AllOf(StartsWith(kFile + ": "), HasSubstr(one.path), HasSubstr(one.allowed)));
    EXPECT_EQ(error.error_class, ErrorClass::config);
  }
}

TEST(ConfigText, TellsAMisspeltKeysRightForm) {
  Error error = refused_with("/accounts/0/projects/0/projectcode", "x");
  EXPECT_THAT(error.message, AllOf(HasSubstr("accounts[0].projects[0].projectcode is not a key"),
                                   HasSubstr("profile, project_code, project_id")));
  EXPECT_EQ(error.hint, "did you mean \"project_code\"?");
  EXPECT_EQ(refused_with("/endpiont", Json::object()).hint, "did you mean \"endpoint\"?");
  EXPECT_EQ(refused_with("/zzzzzzzzzzz", 1).hint, "");
}

TEST(ConfigText, NamesAMissingKey) {
  for (const char* key : {"service_account", "private_key", "projects"}) {
    Json json = smallest();
    json["accounts"][0].erase(key);
    EXPECT_THAT(refused(json.dump()).message,
                HasSubstr("accounts[0]." + std::string(key) + " is missing"));
  }
  EXPECT_THAT(refused("{}").message, HasSubstr("accounts is missing"));
}

TEST(ConfigText, WantsToKnowWhichProjectItIs) {
  Json json = smallest();
  Json& project = json["accounts"][0]["projects"][0];
  project["project_id"] = "p";
  EXPECT_THAT(refused(json.dump()).message, HasSubstr("not both"));
  project["exchange_url"] = "https://example.org/{project_id}";
  taken(json);
  project.erase("project_id");
  EXPECT_THAT(refused(json.dump()).message, HasSubstr("project_id is missing"));
  project = {{"profile", "lab"}};
  EXPECT_THAT(refused(json.dump()).message,
              HasSubstr("accounts[0].projects[0] must have a project_code or a project_id"));
}

TEST(ConfigText, RefusesTwoOfOneName) {
  Json json = smallest();
  json["accounts"].push_back(json["accounts"][0]);
  EXPECT_THAT(refused(json.dump()).message, HasSubstr("accounts[1].name"));
  json["accounts"][1]["name"] = "second";
  EXPECT_THAT(refused(json.dump()).message, HasSubstr("accounts[1].projects[0].profile"));
}

TEST(ConfigText, RefusesAKeyThatIsThereTwice) {
  EXPECT_THAT(refused(R"({"endpoint": {"imds": true, "imds": false}})").message,
              StartsWith(kFile + ": endpoint.imds is there twice"));
  EXPECT_THAT(
      refused(R"({"accounts": [{}, {"projects": [{"region": "a", "region": "b"}]}]})").message,
      HasSubstr("accounts[1].projects[0].region is there twice"));
}

TEST(ConfigText, ShowsWhereJsonIsBroken) {
  EXPECT_THAT(refused("{\n  // why\n  \"accounts\": [}\n}").message,
              StartsWith(kFile + ": is not JSON at line 3, column 16: "));
  EXPECT_THAT(refused("").message, HasSubstr("line 1, column 1"));
  EXPECT_THAT(refused("{\"a\": 1,}").message, HasSubstr("column 9"));
  EXPECT_THAT(refused("{} x").message, HasSubstr("line 1, column 4"));
  EXPECT_THAT(refused("{\"a\": 1e999}").message, HasSubstr("line 1"));
  EXPECT_THAT(refused("{\"a\": \"\xff\"}").message, HasSubstr("line 1"));
  EXPECT_THAT(refused("[]").message, HasSubstr("must be an object; it is an array"));
}

TEST(ConfigText, RefusesWhatIsNestedTooDeeply) {
  EXPECT_THAT(refused(std::string(100000, '[')).message, HasSubstr("nested too deeply"));
}

// Field bug 9: a secret in an error.
TEST(ConfigText, NeverShowsAKeyThatWasPastedIn) {
  EXPECT_THAT(refused_with("/accounts/0/private_key", "-----BEGIN hush").message,
              Not(HasSubstr("hush")));
  EXPECT_THAT(refused("{\"private_key\": \"-----BEGIN hush\nhush\"}").message,
              Not(HasSubstr("hush")));
}

TEST(ConfigText, ShowsNoControlCharacterOfAKeyInAnError) {
  EXPECT_THAT(refused_with("/a\nb\x1b", 1).message,
              AllOf(HasSubstr("\"a?b?\""), Not(HasSubstr("\n"))));
}

}  // namespace
}  // namespace mdh
