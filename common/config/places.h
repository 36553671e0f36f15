// Where a daemon keeps its folders and where its socket is looked for: the same list for who serves
// and who asks, whatever way a process came to run (a login, su, sudo, cron, a unit, a snap).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mdh {

// Surroundings is what a process knows of itself; a variable that is unset or empty is nothing.
struct Surroundings {
  std::uint32_t uid = 0;
  std::optional<std::uint32_t> outer_uid{};  // in a user namespace: who this is outside of it
  std::string outer_user{};
  std::string user;  // by its uid, as is `home`; empty: it has no entry
  std::string home;
  std::string machine_id;  // empty: none is known
  std::optional<std::string> home_variable;
  std::optional<std::string> state_directory;  // systemd gives several in one, separated by colons
  std::optional<std::string> runtime_directory;
  std::optional<std::string> xdg_state_home;
  std::optional<std::string> xdg_runtime_dir;
};

// state_folders() are the candidates for the state, the one to use first; none without any home.
std::vector<std::string> state_folders(const Surroundings& around);
// runtime_folders() are the candidates for the runtime folder in their order. Those in a state
// folder bear the machine's id, since a home may be shared by several.
std::vector<std::string> runtime_folders(const Surroundings& around);
// socket_places() are the paths at which a daemon for this user is looked for, in their order: the
// runtime folders', the template unit's, the system unit's.
std::vector<std::string> socket_places(const Surroundings& around);

}  // namespace mdh
