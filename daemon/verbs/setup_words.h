// What `setup` says at its end: how the daemon is run where there is no systemd, and what to paste
// where.
#pragma once

#include <string>

#include "daemon/verbs/command.h"

namespace mdh {

// how_to_run() is for who has no systemd, and says why that is so.
std::string how_to_run(const std::string& why, const std::string& program);
// what_to_paste() is lines for notebook, R, JDBC and shell, in the form that was set up.
std::string what_to_paste(const Command& command, const std::string& profile);

}  // namespace mdh
