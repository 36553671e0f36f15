// What the profile file is to show: profiles with their sets, as sections of its text. Values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/credentials.h"
#include "common/profile_file/section.h"
#include "common/state/state.h"

namespace mdh {

// One profile as the file should show it; null credentials: leave what is there (never write
// expired ones).
struct WantedProfile {
  std::string profile;
  std::string region;
  CredentialsPtr credentials;

  bool operator==(const WantedProfile&) const = default;
};

// wanted_profiles() is every profile with what is servable of it now.
std::vector<WantedProfile> wanted_profiles(const State& state, Now now);

// has_set() tells whether there is anything to write.
bool has_set(const std::vector<WantedProfile>& wanted);
// keys_section() is one with its set, as the form "keys" writes it; its texts are lent.
ProfileSection keys_section(const WantedProfile& wanted, const ProfileFileConfig& config);
// other_sections() are those that are not ours: what the truncation guard looks after.
std::vector<std::string> other_sections(std::string_view text,
                                        const std::vector<WantedProfile>& wanted,
                                        ProfileFileKind kind);

}  // namespace mdh
