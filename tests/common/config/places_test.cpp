// Claims: a daemon for a user is looked for in the same places, in the same order, however a
// process of theirs came to run; the variables only add places.
#include "common/config/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace mdh {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kUserSocket[] = "/run/user/1000/mdh-credentials/socket";
constexpr char kHomeSocket[] =
    "/home/anna/.local/state/mdh-credentials/runtime-0123456789ab/socket";
constexpr char kTemplate[] = "/run/mdh-credentials@anna/socket";
constexpr char kSystem[] = "/run/mdh-credentials/socket";

// What every process of Anna's has, whatever its environment: `env -i`, a clean cron.
Surroundings anna() {
  return {.uid = 1000,
          .outer_uid = {},
          .outer_user = {},
          .user = "anna",
          .home = "/home/anna",
          .machine_id = "0123456789abcdef0123456789abcdef",
          .home_variable = {},
          .state_directory = {},
          .runtime_directory = {},
          .xdg_state_home = {},
          .xdg_runtime_dir = {}};
}

bool in_order(const std::vector<std::string>& all, const std::vector<std::string>& wanted) {
  auto from = all.begin();
  for (const std::string& one : wanted) {
    from = std::find(from, all.end(), one);
    if (from == all.end()) return false;
  }
  return true;
}

TEST(SocketPlaces, AreTheUsersOwnThenTheTemplatesThenTheMachines) {
  EXPECT_THAT(socket_places(anna()), ElementsAre(kUserSocket, kHomeSocket, kTemplate, kSystem));
}

TEST(SocketPlaces, AreThereFromEverywhere) {
  Surroundings login = anna();
  login.home_variable = "/home/anna";
  login.xdg_runtime_dir = "/run/user/1000";
  EXPECT_EQ(socket_places(login), socket_places(anna()));

  Surroundings plain_su = anna();  // root's variables are kept
  plain_su.home_variable = "/root";
  plain_su.xdg_runtime_dir = "/run/user/0";
  Surroundings cron = anna();
  cron.home_variable = "/home/anna";
  Surroundings system_service = anna();  // with User=, RuntimeDirectory= and StateDirectory=
  system_service.runtime_directory = "/run/job:/run/other";
  system_service.state_directory = "/var/lib/job";
  Surroundings snap = anna();
  snap.home_variable = "/home/anna/snap/editor/42";
  snap.xdg_runtime_dir = "/run/user/1000/snap.editor";
  for (const Surroundings& around : {plain_su, cron, system_service, snap}) {
    EXPECT_TRUE(in_order(socket_places(around), {kUserSocket, kHomeSocket, kTemplate, kSystem}));
  }
  EXPECT_EQ(socket_places(system_service).front(), "/run/job/socket");
}

TEST(SocketPlaces, OfAUserWithoutAnEntryAreThoseOfTheNumber) {
  EXPECT_THAT(socket_places({.uid = 1000,
                             .outer_uid = {},
                             .outer_user = {},
                             .user = {},
                             .home = {},
                             .machine_id = {},
                             .home_variable = {},
                             .state_directory = {},
                             .runtime_directory = {},
                             .xdg_state_home = {},
                             .xdg_runtime_dir = {}}),
              ElementsAre(kUserSocket, kSystem));
}

TEST(SocketPlaces, InAUserNamespaceAreThoseOfWhoItIsOutsideAsWell) {
  Surroundings root_inside = anna();
  root_inside.uid = 0;
  root_inside.user = "root";
  root_inside.home = "/root";
  root_inside.outer_uid = 1000;
  root_inside.outer_user = "anna";
  EXPECT_TRUE(in_order(socket_places(root_inside),
                       {"/run/user/0/mdh-credentials/socket", kUserSocket,
                        "/run/mdh-credentials@root/socket", kTemplate, kSystem}));
}

TEST(RuntimeFolders, AreTheServicesThenTheLoginsThenTheStates) {
  Surroundings around = anna();
  around.runtime_directory = "/run/mdh-credentials/daemon";
  around.xdg_runtime_dir = "/run/user/1000";
  around.xdg_state_home = "/home/anna/state";
  EXPECT_THAT(runtime_folders(around),
              ElementsAre("/run/mdh-credentials/daemon", "/run/user/1000/mdh-credentials",
                          "/home/anna/state/mdh-credentials/runtime-0123456789ab",
                          "/home/anna/.local/state/mdh-credentials/runtime-0123456789ab"));
}

TEST(StateFolders, AreNoneWithoutAHome) {
  Surroundings around = anna();
  around.home.clear();
  EXPECT_THAT(state_folders(around), IsEmpty());
  around.state_directory = "/var/lib/mdh-credentials";
  EXPECT_THAT(state_folders(around), ElementsAre("/var/lib/mdh-credentials"));
}

}  // namespace
}  // namespace mdh
