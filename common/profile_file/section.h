// Edits the text of an AWS profile file (credentials or config), text in, text out: sections as
// botocore finds them, our keys replaced in place, every other byte as it was. Pure; the write is
// daemon/storage's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/profile_file/parse.h"
#include "common/result.h"
#include "common/secret.h"
#include "common/timestamp.h"

namespace mdh {

// ProfileSection is what a section should hold. In the credentials file: the keys form. In the
// config file: credential_process (and region). Empty fields are left out.
struct ProfileSection {
  std::string profile;
  std::string access_key_id;
  std::string_view secret_access_key;  // lent for the call
  std::string_view session_token;      // lent for the call
  std::string expires;                 // RFC 3339, for x_security_token_expires
  std::string region;
  std::string credential_process;  // a command line, quoted as credential_process wants it
  bool replace_keys = false;       // long-term keys, too
};

enum class ProfileFileKind {
  credentials,  // [profile]
  config        // [profile NAME], [default]
};

// with_profile() is `text` with the section brought up to `section`; equal to `text` when nothing
// changes. An Error (class storage, stage file) names the line when botocore could not parse the
// text, or the field that a profile file cannot hold. `aws_security_token`, which botocore prefers
// to aws_session_token, is kept in step where it is there already. Long-term keys (AKIA...) in the
// section are an Error, too, unless they may be replaced: AWS shows them once. A whole set under
// our comment that is not this one and lives at least as long is another host's instance on a
// shared home: `text` as it is.
Result<Secret> with_profile(std::string_view text, const ProfileSection& section,
                            ProfileFileKind kind);
// without_profile() takes our keys, the expiry and the comment out, and the section when nothing
// else is left in it; `region` stays. A section without our comment, or with long-term keys, is not
// ours: `text` as it is. `kept` (may be null): as above, a set of another host's that outlives it
// stays.
Result<Secret> without_profile(std::string_view text, std::string_view profile,
                               ProfileFileKind kind, const ProfileSection* kept = nullptr);
// without_own_section() takes the region out as well: for a section that was not there before us.
Result<Secret> without_own_section(std::string_view text, std::string_view profile,
                                   ProfileFileKind kind);
// section_names() are the sections as botocore sees them, in order, without [DEFAULT]; an Error as
// above.
Result<std::vector<std::string>> section_names(std::string_view text);

// names_profile() tells whether a section of that name is the profile's, in that kind of file.
bool names_profile(std::string_view section_name, std::string_view profile, ProfileFileKind kind);

}  // namespace mdh
