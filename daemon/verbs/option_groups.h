// The options that several verbs share, for CLI11. Included by verbs/options alone.
#pragma once

#include "daemon/verbs/command.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace mdh {

// Each adds its group to a verb, which writes into `command`.
void add_config(CLI::App& verb, Command& command);
void add_overrides(CLI::App& verb, Command& command);
void add_folders(CLI::App& verb, Command& command);
// add_daemon() is how a verb finds the daemon that it asks.
void add_daemon(CLI::App& verb, Command& command);
// add_profile() takes one profile, by its option or bare; add_profiles() takes several.
CLI::Option* add_profile(CLI::App& verb, Command& command, const char* text);
CLI::Option* add_profiles(CLI::App& verb, Command& command);
void add_shell(CLI::App& verb, Command& command);
void add_child_environment(CLI::App& verb, Command& command);

}  // namespace mdh
