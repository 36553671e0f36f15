// Goal: what a list shows is its reader's alone, and many readers cost one rendering.
#include "common/endpoint/lists.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace mdh {
namespace {

const Now kNow{BootTime(milliseconds(1'000'000)), WallTime(milliseconds(1'800'000'000'000))};

class ListsShown : public testing::Test {
 protected:
  ListsShown() {
    state.accounts = {{"heart-account", {}}, {"sleep-account", {}}};
    state.profiles.resize(3);
    for (std::size_t i = 0; i < 3; ++i) {
      ProfileState& profile = state.profiles[i];
      profile.name = std::string("mdh-") + "abc"[i];
      profile.account = i / 2;
      profile.attempted = true;
      if (i == 1) continue;
      auto set = std::make_shared<Credentials>();
      set->expiration = kNow.wall + seconds(3600);
      profile.credentials = set;
      profile.life = lasting(kNow, seconds(3600));
    }
    access.profiles = {{"mdh-a", {false, {1001}, {}}},
                       {"mdh-b", {false, {1002}, {}}},
                       {"mdh-c", {false, {1001, 1003}, {}}}};
    access.owners.users = {0};
    access.overseers.users = {0};
  }
  Reply get(Route route, std::optional<std::uint32_t> user) {
    const Peer peer{user, 0, by_socket};
    return lists.reply({route, peer, query}, {state, access, page, daemon, figures, now});
  }
  std::string text(Route route, std::optional<std::uint32_t> user) {
    return std::string(get(route, user).content());
  }
  nlohmann::json status(std::optional<std::uint32_t> user) {
    return nlohmann::json::parse(text(Route::status, user));
  }
  static bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
  }

  State state;
  AccessRules access;
  PageContext page;
  DaemonFacts daemon{{"http://127.0.0.1:6340"}, "/state/token", 42, "/etc/config.json", "mdh-b"};
  bool by_socket = false;
  std::string query;
  int measured = 0;
  std::function<MetricsFigures()> figures = [this] {
    ++measured;
    return MetricsFigures();
  };
  Now now = kNow;
  Lists lists;
};

TEST_F(ListsShown, HoldTheReadersProfilesAndCountTheOthers) {
  const auto own = status(1003);
  ASSERT_EQ(own["profiles"].size(), 1U);
  EXPECT_EQ(own["profiles"][0]["profile"], "mdh-c");
  EXPECT_EQ(own["profiles"][0]["account"], "sleep-account");
  ASSERT_EQ(own["accounts"].size(), 1U);
  EXPECT_EQ(own["hidden_profiles"]["count"], 2);
  EXPECT_EQ(own["hidden_profiles"]["valid"], 1);
  EXPECT_EQ(own["default_profile"], "mdh-c");
}

TEST_F(ListsShown, NameNothingThatIsNotTheReaders) {
  for (const Route route : {Route::status, Route::page, Route::metrics, Route::readyz}) {
    for (const auto& stranger :
         {std::optional<std::uint32_t>(4242), std::optional<std::uint32_t>()})
      EXPECT_FALSE(has(text(route, stranger), "mdh-a")) << text(route, stranger);
    EXPECT_FALSE(has(text(route, 1003), "mdh-a"));
    EXPECT_FALSE(has(text(route, 1003), "heart-account"));
  }
  EXPECT_TRUE(status(4242)["default_profile"].is_null());
}

TEST_F(ListsShown, TellWhoseMetadataTheReaderGetsAtTheRoot) {
  EXPECT_EQ(status(1002)["imds_profile"], "mdh-b");
  EXPECT_EQ(status(1003)["imds_profile"], "mdh-c") << "the configured one is not theirs";
  EXPECT_TRUE(status(4242)["imds_profile"].is_null());
  daemon.imds_profile.clear();
  lists.forget();
  EXPECT_TRUE(status(1002)["imds_profile"].is_null());
}

TEST_F(ListsShown, HoldEverythingForAnOverseer) {
  EXPECT_EQ(status(0)["profiles"].size(), 3U);
  EXPECT_EQ(status(0)["hidden_profiles"]["count"], 0);
  EXPECT_TRUE(has(text(Route::page, 0), "mdh-b"));
  EXPECT_TRUE(has(text(Route::metrics, 0), "profile=\"mdh-b\""));
}

TEST_F(ListsShown, TellOfReadinessWithoutNamingWhatIsHidden) {
  EXPECT_TRUE(has(text(Route::readyz, 1002), "mdh-b"));
  EXPECT_TRUE(has(text(Route::readyz, 1001), "1 not ready that you may not see"));
  EXPECT_EQ(get(Route::readyz, 1001).status, 503);
  state.profiles[1].credentials = state.profiles[0].credentials;
  state.profiles[1].life = state.profiles[0].life;
  lists.forget();
  EXPECT_EQ(get(Route::readyz, 1001).status, 200);
}

TEST_F(ListsShown, TellOfARefusedConfigurationWithoutNamingWhatIsHidden) {
  const Error error{ErrorClass::config, Stage::config, "projects[1].profile is mdh-b twice", ""};
  state.refused_reload = Failure{error, kNow.wall, kNow.wall};
  EXPECT_TRUE(has(text(Route::status, 0), "mdh-b twice"));
  EXPECT_EQ(status(1003)["reload"]["ok"], false);
  for (const Route route : {Route::status, Route::page, Route::readyz})
    EXPECT_FALSE(has(text(route, 1003), "mdh-b"));
}

TEST_F(ListsShown, ShowNobodyAnothersProfileAlone) {
  query = "profile=mdh-b";
  EXPECT_FALSE(has(text(Route::page, 1003), "mdh-b"));
  EXPECT_TRUE(has(text(Route::page, 1002), "mdh-b"));
}

TEST_F(ListsShown, TellOfTheDaemonItselfBySocketAlone) {
  EXPECT_FALSE(status(0).contains("urls"));
  by_socket = true;
  EXPECT_EQ(status(0)["token_file"], "/state/token");
  EXPECT_EQ(status(1001)["urls"][0], "http://127.0.0.1:6340") << "which env publishes";
  EXPECT_FALSE(status(1001).contains("token_file"));
  EXPECT_FALSE(status(4242).contains("urls"));
}

TEST_F(ListsShown, AreMadeOnceASecondForEachVisibleSet) {
  for (int i = 0; i < 100; ++i) (void)get(Route::metrics, 0);
  EXPECT_EQ(measured, 1);
  for (const std::uint32_t user : {4242U, 4243U, 4244U}) (void)get(Route::metrics, user);
  EXPECT_EQ(measured, 2) << "strangers see the same";
  now.boot += seconds(1);
  (void)get(Route::metrics, 0);
  EXPECT_EQ(measured, 3);
}

TEST_F(ListsShown, AreMadeAnewWhenTheStateChanges) {
  (void)get(Route::status, 0);
  state.profiles[0].warning = "something new";
  EXPECT_FALSE(has(text(Route::status, 0), "something new"));
  lists.forget();
  EXPECT_TRUE(has(text(Route::status, 0), "something new"));
}

}  // namespace
}  // namespace mdh
