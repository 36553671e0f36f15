#include "common/config/places.h"

#include <algorithm>

namespace mdh {
namespace {

constexpr char kOurs[] = "/mdh-credentials";
constexpr std::size_t kIdLength = 12;

void add(std::vector<std::string>& all, std::string one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
}

std::string first_of(const std::string& folders) {
  return folders.substr(0, folders.find(':'));
}

}  // namespace

std::vector<std::string> state_folders(const Surroundings& around) {
  std::vector<std::string> all;
  if (around.state_directory) add(all, first_of(*around.state_directory));
  if (around.xdg_state_home) add(all, *around.xdg_state_home + kOurs);
  const std::string in_home = std::string("/.local/state") + kOurs;
  if (around.home_variable) add(all, *around.home_variable + in_home);
  if (!around.home.empty()) add(all, around.home + in_home);
  return all;
}

std::vector<std::string> runtime_folders(const Surroundings& around) {
  std::vector<std::string> all;
  if (around.runtime_directory) add(all, first_of(*around.runtime_directory));
  if (around.xdg_runtime_dir) add(all, *around.xdg_runtime_dir + kOurs);
  add(all, "/run/user/" + std::to_string(around.uid) + kOurs);
  if (around.outer_uid) add(all, "/run/user/" + std::to_string(*around.outer_uid) + kOurs);
  const std::string id = around.machine_id.substr(0, kIdLength);
  for (const std::string& state : state_folders(around))
    add(all, state + "/runtime" + (id.empty() ? "" : "-" + id));
  return all;
}

std::vector<std::string> socket_places(const Surroundings& around) {
  std::vector<std::string> all;
  for (const std::string& folder : runtime_folders(around)) add(all, folder + "/socket");
  for (const std::string& user : {around.user, around.outer_user})
    if (!user.empty()) add(all, std::string("/run") + kOurs + "@" + user + "/socket");
  add(all, std::string("/run") + kOurs + "/socket");
  return all;
}

}  // namespace mdh
