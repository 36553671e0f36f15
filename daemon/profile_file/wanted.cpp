#include "daemon/profile_file/wanted.h"

#include <algorithm>

namespace mdh {
namespace {

bool is_wanted(const std::vector<WantedProfile>& wanted, const std::string& section,
               ProfileFileKind kind) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const WantedProfile& one) {
    return names_profile(section, one.profile, kind);
  });
}

}  // namespace

std::vector<WantedProfile> wanted_profiles(const State& state, Now now) {
  std::vector<WantedProfile> wanted;
  for (const ProfileState& profile : state.profiles) {
    wanted.push_back({profile.name, profile.region, servable(profile, now)});
  }
  return wanted;
}

ProfileSection keys_section(const WantedProfile& wanted, const ProfileFileConfig& config) {
  ProfileSection section;
  section.replace_keys = config.replace_keys;
  section.profile = wanted.profile;
  section.access_key_id = wanted.credentials->access_key_id;
  section.secret_access_key = wanted.credentials->secret_access_key.reveal();
  section.session_token = wanted.credentials->session_token.reveal();
  section.expires = format_rfc3339(wanted.credentials->expiration);
  if (config.write_region) section.region = wanted.region;
  return section;
}

std::vector<std::string> other_sections(std::string_view text,
                                        const std::vector<WantedProfile>& wanted,
                                        ProfileFileKind kind) {
  auto names = section_names(text);
  if (!names) return {};
  std::erase_if(*names, [&](const std::string& name) { return is_wanted(wanted, name, kind); });
  return std::move(names).value();
}

bool has_set(const std::vector<WantedProfile>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [](const WantedProfile& one) { return one.credentials != nullptr; });
}

}  // namespace mdh
