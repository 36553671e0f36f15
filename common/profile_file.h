// Edits the text of an AWS profile file (credentials or config), text in, text out: sections as
// botocore finds them, our keys replaced in place, every other byte as it was. Pure; the write is
// daemon/storage's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/secret.h"
#include "common/timestamp.h"

namespace mdh {

// The first line above our keys: names the tool, holds no bracket.
inline constexpr std::string_view kManagedComment =
    "# kept up to date by mdh-credentials; edits to the next keys will be overwritten";

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
};

enum class ProfileFileKind {
  credentials,  // [profile]
  config        // [profile NAME], [default]
};

// with_profile() is `text` with the section brought up to `section`; equal to `text` when nothing
// changes. An Error (class storage, stage file) names the line when botocore could not parse the
// text.
Result<Secret> with_profile(std::string_view text, const ProfileSection& section,
                            ProfileFileKind kind);
// without_profile() takes our keys, the expiry and the comment out, and the section when nothing
// else is left in it; `region` stays.
Result<Secret> without_profile(std::string_view text, std::string_view profile,
                               ProfileFileKind kind);
// section_names() are the sections as botocore sees them, in order; an Error as above.
Result<std::vector<std::string>> section_names(std::string_view text);

// What `check` asks about one section of a file.
struct SectionKeys {
  bool present = false;
  bool static_keys = false;         // aws_access_key_id is there
  bool credential_process = false;  // so is this
  bool managed = false;             // under our comment
};
Result<SectionKeys> section_keys(std::string_view text, std::string_view profile,
                                 ProfileFileKind kind);

}  // namespace mdh
