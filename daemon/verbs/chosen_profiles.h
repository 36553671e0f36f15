// The profiles that a command names, among those that there are; and one wording for a profile that
// nobody knows, whoever was asked.
#pragma once

#include <string>
#include <vector>

#include "common/error.h"
#include "common/report/status_view.h"
#include "daemon/verbs/command.h"

namespace mdh {

// unknown_profile() says that `who` (the daemon, a configuration's path) knows no such profile,
// which is the nearest that it knows, and which there are.
Error unknown_profile(const std::string& who, const std::string& profile,
                      const std::vector<std::string>& known);
// The same of the daemon, which told what it has.
Error unknown_profile(const StatusView& view, const std::string& profile);

// chosen() is the daemon's profiles that the command names, all where it names none; empty where
// one of the names is nobody's.
std::vector<ProfileView> chosen(const Command& command, const StatusView& view);
// no_such_profile() says why chosen() is empty, and returns the exit status.
int no_such_profile(const Command& command, const StatusView& view);

}  // namespace mdh
