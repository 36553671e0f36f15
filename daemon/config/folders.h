// Where state and runtime files live. A folder that another user has made is not taken.
#pragma once

#include <string>
#include <vector>

#include "common/config/places.h"
#include "common/result.h"
#include "daemon/config/load_config.h"

namespace mdh {

struct Folders {
  std::string state;    // 0700, created
  std::string runtime;  // 0700 (0755 when systemd's), created; empty: none can be had
  std::vector<std::string> warnings;
};

// surroundings() reads the environment, the user's entry (which may ask a directory service) and
// /etc/machine-id.
Surroundings surroundings();
// open_folders() takes the folders of the options, else the first of common/config/places that can
// be had: a runtime folder that cannot (foreign, full) is a warning, and the next one serves.
Result<Folders> open_folders(const SourceOptions& options);
// open_state_folder() is the first of the two alone; root may be given that of another user.
Result<std::string> open_state_folder(const SourceOptions& options);
// could_open_state_folder() is why open_state_folder() would fail, as far as can be told without
// making anything.
Done could_open_state_folder(const SourceOptions& options);
// make_own_folder() makes the last folder of `path`, 0700, where there is none; an Error (class
// storage) where there is something else, or a folder of a user who is neither this one nor root.
Done make_own_folder(const std::string& path);

}  // namespace mdh
