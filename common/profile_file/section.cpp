#include "common/profile_file/section.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/profile_file/edit.h"
#include "common/profile_file/python_text.h"

namespace mdh {
namespace {

constexpr std::string_view kLegacyToken = "aws_security_token";
// No set that is issued lives longer.
constexpr std::chrono::hours kLongestLife{36};

WantedKeys wanted_keys(const ProfileSection& section, ProfileFileKind kind) {
  WantedKeys keys;
  if (kind == ProfileFileKind::credentials) {
    keys = {{"aws_access_key_id", section.access_key_id},
            {"aws_secret_access_key", section.secret_access_key},
            {"aws_session_token", section.session_token},
            {kLegacyToken, section.session_token, true},
            {"x_security_token_expires", section.expires}};
  } else {
    keys = {{"credential_process", section.credential_process}};
  }
  if (!section.region.empty()) keys.push_back({"region", section.region});
  return keys;
}

// What without_profile() takes out.
const KeyNames kCredentialsKeys{"aws_access_key_id", "aws_secret_access_key", "aws_session_token",
                                kLegacyToken, "x_security_token_expires"};

const KeyNames kConfigKeys{"credential_process"};

Error refusal(const std::string& message) {
  return {.error_class = ErrorClass::storage, .stage = Stage::file, .message = message};
}

bool fits_a_line(std::string_view value) {
  const auto is_control = [](char byte) {
    return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
  };
  return std::none_of(value.begin(), value.end(), is_control) && stripped(value) == value &&
         !bad_byte(value);
}

// R32: what every SDK can read as a profile's name.
bool is_profile_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@%/-";
  return !name.empty() && name != "DEFAULT" &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::optional<Error> unwritable(std::string_view profile, const WantedKeys& keys) {
  if (!is_profile_name(profile)) return refusal("the profile's name cannot be a section's");
  for (const Wanted& wanted : keys) {
    if (fits_a_line(wanted.value)) continue;
    return refusal(std::string(wanted.key) + " holds a character that a profile file cannot");
  }
  return std::nullopt;
}

// find_section() is the profile's place among the sections, their number when it has none; an Error
// when two sections are the same profile (botocore reads the last, other SDKs the first or both).
Result<std::size_t> find_section(const ProfileText& parts, std::string_view profile,
                                 ProfileFileKind kind) {
  std::size_t found = parts.sections.size();
  for (std::size_t i = 0; i < parts.sections.size(); ++i) {
    if (!names_profile(parts.sections[i].name, profile, kind)) continue;
    if (found != parts.sections.size()) {
      return refusal("line " + std::to_string(parts.sections[i].line) +
                     " repeats the profile of line " + std::to_string(parts.sections[found].line));
    }
    found = i;
  }
  return found;
}

// A legacy token in [DEFAULT] would be preferred to ours: then it has to be in our section, too.
void outrank_default(const ProfileText& parts, WantedKeys& keys) {
  for (Wanted& wanted : keys) {
    if (!wanted.only_where_present) continue;
    for (const ProfileTextSection& section : parts.sections) {
      if (section.name != "DEFAULT" || find_key(section, wanted.key) == nullptr) continue;
      wanted.only_where_present = false;
    }
  }
}

bool has_long_term_keys(const ProfileTextSection& section) {
  const ProfileKey* key = find_key(section, "aws_access_key_id");
  return key != nullptr && key->value.starts_with("AKIA");
}

std::string_view value_of(const ProfileTextSection& section, std::string_view name) {
  const ProfileKey* key = find_key(section, name);
  return key == nullptr || !key->wrapped.empty() ? std::string_view() : key->value;
}

// The other instance's set is whole, is none of ours in part, and outlives ours, yet not by more
// than a set may live: else it is ours, broken by somebody.
bool is_another_instances(const ProfileTextSection& section, const ProfileSection& ours) {
  if (!section.our_comment) return false;
  const std::string_view id = value_of(section, "aws_access_key_id");
  const std::string_view secret = value_of(section, "aws_secret_access_key");
  const std::string_view token = value_of(section, "aws_session_token");
  if (!id.starts_with("ASIA") || secret.empty() || token.empty()) return false;
  if (id == ours.access_key_id || same_bytes(secret, ours.secret_access_key) ||
      same_bytes(token, ours.session_token)) {
    return false;
  }
  const auto theirs = parse_rfc3339(value_of(section, "x_security_token_expires"));
  const auto own = parse_rfc3339(ours.expires);
  return theirs && own && *theirs >= *own && *theirs - *own <= kLongestLife;
}

Error long_term_keys(const ProfileTextSection& section, std::string_view profile) {
  Error error = refusal("line " + std::to_string(find_key(section, "aws_access_key_id")->line) +
                        " holds long-term "
                        "keys (AKIA...) in [" +
                        std::string(profile) + "], and AWS shows their secret only once");
  error.hint =
      "give the project another profile name, move the keys to a section of another name, "
      "or let them be replaced: --replace-keys";
  return error;
}

std::string header_name(std::string_view profile, ProfileFileKind kind) {
  const bool plain = kind == ProfileFileKind::credentials || profile == "default";
  return plain ? std::string(profile) : "profile " + std::string(profile);
}

const KeyNames& our_keys(ProfileFileKind kind) {
  return kind == ProfileFileKind::config ? kConfigKeys : kCredentialsKeys;
}

// What goes, and whose set stays all the same.
struct Withdrawal {
  KeyNames keys;
  const ProfileSection* kept = nullptr;
};

Result<Secret> without_keys(std::string_view text, std::string_view profile, ProfileFileKind kind,
                            const Withdrawal& what) {
  const auto parts = read_profile_text(text);
  if (!parts) return parts.error();
  const auto index = find_section(*parts, profile, kind);
  if (!index) return index.error();
  if (*index == parts->sections.size()) return Secret(text);
  const ProfileTextSection& there = parts->sections[*index];
  if (!there.our_comment || has_long_term_keys(there)) return Secret(text);
  if (what.kept != nullptr && is_another_instances(there, *what.kept)) return Secret(text);
  return with_keys_taken_out(*parts, *index, what.keys);
}

}  // namespace

bool names_profile(std::string_view section_name, std::string_view profile, ProfileFileKind kind) {
  if (kind == ProfileFileKind::credentials) return section_name == profile;
  if (section_name == "default") return profile == "default";
  if (!section_name.starts_with("profile")) return false;
  const auto words = shell_words(section_name);
  return words && words->size() == 2 && words->back() == profile;
}

Result<Secret> with_profile(std::string_view text, const ProfileSection& section,
                            ProfileFileKind kind) {
  WantedKeys keys = wanted_keys(section, kind);
  if (auto error = unwritable(section.profile, keys)) return *error;
  const auto parts = read_profile_text(text);
  if (!parts) return parts.error();
  const auto index = find_section(*parts, section.profile, kind);
  if (!index) return index.error();
  outrank_default(*parts, keys);
  if (*index == parts->sections.size()) {
    return with_section_added(*parts, header_name(section.profile, kind), keys);
  }
  const ProfileTextSection& there = parts->sections[*index];
  if (kind == ProfileFileKind::credentials) {
    if (has_long_term_keys(there) && !section.replace_keys) {
      return long_term_keys(there, section.profile);
    }
    if (is_another_instances(there, section)) return Secret(text);
  }
  return with_section_brought_up(*parts, *index, keys);
}

Result<Secret> without_profile(std::string_view text, std::string_view profile,
                               ProfileFileKind kind, const ProfileSection* kept) {
  return without_keys(text, profile, kind, {our_keys(kind), kept});
}

Result<Secret> without_own_section(std::string_view text, std::string_view profile,
                                   ProfileFileKind kind) {
  KeyNames keys = our_keys(kind);
  keys.emplace_back("region");
  return without_keys(text, profile, kind, {keys, nullptr});
}

Result<std::vector<std::string>> section_names(std::string_view text) {
  const auto parts = read_profile_text(text);
  if (!parts) return parts.error();
  std::vector<std::string> names;
  for (const ProfileTextSection& section : parts->sections) {
    if (section.name != "DEFAULT") names.emplace_back(section.name);
  }
  return names;
}

}  // namespace mdh
