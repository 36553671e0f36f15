// Goal: who may have which profile follows from the lists alone: names, uids and groups; a name
// that nobody has opens nothing.
#include "common/endpoint/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mdh {
namespace {

using testing::ElementsAre;

constexpr std::uint32_t kSelf = 990;

class Access : public testing::Test {
 protected:
  Access() {
    config.accounts.resize(1);
    names.users = {{"anna", 1001}, {"ben", 1002}};
    names.groups = {{"lab", 300}, {"adm", 4}};
  }
  void add(const std::string& profile, std::vector<std::string> users = {}) {
    ProjectConfig& project = config.accounts[0].projects.emplace_back();
    project.profile = profile;
    project.allowed_users = std::move(users);
  }
  AccessRules rules() const { return resolve_access(config, names, kSelf); }
  std::string had_by(const Requester& caller) const {
    const AccessRules made = rules();
    std::string all;
    for (const ProfileAccess& one : made.profiles) {
      if (admits(one.users, caller)) all += one.profile;
    }
    return all;
  }

  Config config;
  Names names;
};

TEST_F(Access, GivesAProfileToItsOwnListAndTheOthersToTheEndpoints) {
  add("a", {"anna"});
  add("b", {"1002"});
  add("c");
  EXPECT_EQ(had_by({1001}), "a");
  EXPECT_EQ(had_by({1002}), "b");
  EXPECT_EQ(had_by({kSelf}), "c");
  EXPECT_EQ(had_by({0}), "c");
  EXPECT_EQ(had_by({1003}), "");
  EXPECT_EQ(had_by({std::nullopt}), "");
}

TEST_F(Access, TakesGroupsByNameAndNumberFromWhoIsInThem) {
  add("a", {"@lab"});
  add("b", {"@500"});
  const std::vector<std::uint32_t> lab{100, 300};
  const std::vector<std::uint32_t> other{500};
  EXPECT_EQ(had_by({1001, &lab}), "a");
  EXPECT_EQ(had_by({1001, &other}), "b");
  EXPECT_EQ(had_by({1001}), "") << "groups that are not known yet open nothing";
  EXPECT_TRUE(rules().by_group);
}

TEST_F(Access, LetsAnybodyHaveWhatTheEndpointGivesAndNothingElse) {
  config.endpoint.allowed_users = {"any"};
  add("a", {"anna"});
  add("b");
  EXPECT_EQ(had_by({std::nullopt}), "b");
  EXPECT_EQ(had_by({1001}), "ab");
}

TEST_F(Access, OpensNothingForANameThatNobodyHasAndTellsIt) {
  add("a", {"carla", "@lab", "@none", "anna"});
  config.endpoint.watchers = {"carla"};
  EXPECT_THAT(rules().unknown, ElementsAre("carla", "@none"));
  EXPECT_EQ(had_by({0xffffffff}), "");
  names.users["carla"] = std::nullopt;
  EXPECT_THAT(rules().unknown, ElementsAre("carla", "@none"));
  names.users["carla"] = 1004;
  EXPECT_EQ(had_by({1004}), "a");
}

TEST_F(Access, MeansTheCallersFirstProfileWhereNoneIsNamed) {
  add("a", {"anna"});
  add("b", {"ben", "anna"});
  const AccessRules made = rules();
  EXPECT_EQ(first_profile(made, {1001})->profile, "a");
  EXPECT_EQ(first_profile(made, {1002})->profile, "b");
  EXPECT_EQ(first_profile(made, {0}), nullptr);
}

TEST_F(Access, ShowsACallerWhatIsTheirsAndOverseersEverything) {
  add("a", {"anna"});
  add("b", {"ben"});
  config.endpoint.watchers = {"@adm"};
  const std::vector<std::uint32_t> adm{4};
  const AccessRules made = rules();
  EXPECT_THAT(visible_to(made, {1002}), ElementsAre(false, true));
  EXPECT_THAT(visible_to(made, {1003}), ElementsAre(false, false));
  EXPECT_THAT(visible_to(made, {std::nullopt}), ElementsAre(false, false));
  for (const Requester& all : {Requester{0}, Requester{kSelf}, Requester{1003, &adm}})
    EXPECT_THAT(visible_to(made, all), ElementsAre(true, true));
}

TEST_F(Access, AsksTheNameServiceForNamesAlone) {
  add("a", {"self", "root", "4711", "anna", "@lab"});
  EXPECT_THAT(names_wanted(config).users, ElementsAre("anna"));
  EXPECT_THAT(names_wanted(config).groups, ElementsAre("lab"));
  EXPECT_TRUE(names_wanted(config).memberships);
  config.accounts[0].projects[0].allowed_users = {"@300"};
  EXPECT_TRUE(names_wanted(config).groups.empty());
  EXPECT_FALSE(names_wanted(config).empty()) << "who is in the group may change";
  EXPECT_TRUE(names_wanted(Config()).empty());
}

}  // namespace
}  // namespace mdh
