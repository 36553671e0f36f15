#include "daemon/keys/agent_places.h"

#include <unistd.h>

#include <algorithm>

#include "daemon/system/environment.h"

namespace mdh {

std::vector<std::string> agent_places(const AccountConfig& account) {
  if (!account.agent_socket.empty()) return {expanded(account.agent_socket)};
  std::vector<std::string> places;
  const auto add = [&](std::string place) {
    const bool known = std::find(places.begin(), places.end(), place) != places.end();
    if (!known) places.push_back(std::move(place));
  };
  const std::string own = "/run/user/" + std::to_string(::geteuid());
  const std::string runtime = environment_variable("XDG_RUNTIME_DIR").value_or(own);
  if (const auto named = environment_variable("SSH_AUTH_SOCK")) add(expanded(*named));
  add(runtime + "/openssh_agent");     // Debian's ssh-agent.service, ssh-agent.socket
  add(runtime + "/ssh-agent.socket");  // Arch's, and what most recipes for a unit say
  // GnuPG asks for no variable (gpgconf --list-dirs agent-ssh-socket).
  const bool here = ::access(own.c_str(), F_OK) == 0;
  add((here ? own + "/gnupg" : home_folder() + "/.gnupg") + "/S.gpg-agent.ssh");
  return places;
}

}  // namespace mdh
