// Takes a profile out of both AWS files for good, when nobody will write it any more. Blocks for
// as long as an edit does.
#pragma once

#include <string>

#include "common/config/config.h"
#include "common/result.h"

namespace mdh {

// Whose a section's region is: goes with a section that was not there before us.
enum class Region { stays, goes };

// withdraw_profile() takes our keys, process line, expiry and comment out of the section, and the
// section when nothing else is left in it; one that is not ours stays as it is. The lock files
// beside go as well. An Error is of class storage.
Done withdraw_profile(const ProfileFileConfig& files, const std::string& profile, Region region);

// drop_last_line_end() takes the file's last line end away, which a section below had needed.
Done drop_last_line_end(const std::string& path);

// has_section() tells whether one of the files has a section of that profile, whoever made it.
bool has_section(const ProfileFileConfig& files, const std::string& profile);

}  // namespace mdh
