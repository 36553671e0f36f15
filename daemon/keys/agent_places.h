// Where an ssh-agent's socket may be. Reads the environment; touches no socket.
#pragma once

#include <string>
#include <vector>

#include "common/config/config.h"

namespace mdh {

// agent_places() is the sockets to try, in order: the account's agent_socket alone, else
// $SSH_AUTH_SOCK and where systemd's ssh-agent and gpg-agent listen.
std::vector<std::string> agent_places(const AccountConfig& account);

}  // namespace mdh
