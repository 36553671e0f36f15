#include "daemon/profile_file/withdrawal.h"

#include <unistd.h>

#include <algorithm>

#include "common/profile_file/section.h"
#include "daemon/profile_file/edit_file.h"
#include "daemon/profile_file/file_look.h"

namespace mdh {
namespace {

using Change = std::function<Result<Secret>(std::string_view text)>;

Done edit_existing(const std::string& path, const Change& change) {
  if (::access(path.c_str(), F_OK) != 0) return done();
  FileMemory memory;
  const auto edited = edit_file({path, change, {}, false}, memory);
  ::unlink(sibling(path, "lock").c_str());
  if (!edited) return edited.error();
  return done();
}

Done withdraw_from(const std::string& path, ProfileFileKind kind, const std::string& profile,
                   Region region) {
  return edit_existing(path, [&](std::string_view text) {
    return region == Region::goes ? without_own_section(text, profile, kind)
                                  : without_profile(text, profile, kind);
  });
}

bool names_it(const std::string& path, ProfileFileKind kind, const std::string& profile) {
  const auto text = read_file(path);
  const auto names = text ? section_names(text->reveal()) : std::vector<std::string>{};
  return names && std::any_of(names->begin(), names->end(), [&](const std::string& name) {
           return names_profile(name, profile, kind);
         });
}

}  // namespace

Done withdraw_profile(const ProfileFileConfig& files, const std::string& profile, Region region) {
  const Done keys = withdraw_from(files.path, ProfileFileKind::credentials, profile, region);
  const Done process = withdraw_from(files.config_path, ProfileFileKind::config, profile, region);
  return keys ? process : keys;
}

Done drop_last_line_end(const std::string& path) {
  return edit_existing(path, [](std::string_view text) -> Result<Secret> {
    if (text.ends_with('\n')) text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    return Secret(text);
  });
}

bool has_section(const ProfileFileConfig& files, const std::string& profile) {
  return names_it(files.path, ProfileFileKind::credentials, profile) ||
         names_it(files.config_path, ProfileFileKind::config, profile);
}

}  // namespace mdh
