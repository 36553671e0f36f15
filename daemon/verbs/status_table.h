// The daemon's status as a table for people, with a remark and its cure under it for each thing
// that is wrong, and where the daemon is, as far as it tells. Reads the clock; asks nobody.
#pragma once

#include <string>
#include <vector>

#include "common/report/status_view.h"

namespace mdh {

// status_table() shows `profiles`, which are some of `view`'s; coloured when stdout takes colours.
std::string status_table(const std::vector<ProfileView>& profiles, const StatusView& view);

}  // namespace mdh
