// Makes the changes to a profile file's text: our keys brought up, added or taken out, every other
// byte copied. Decides where and how lines stand; which keys, says profile_file. Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "common/profile_file/parse.h"
#include "common/secret.h"

namespace mdh {

// Wanted is what one key should be; views are lent for the call.
struct Wanted {
  std::string_view key;
  std::string_view value;           // empty: the key goes
  bool only_where_present = false;  // never added
};
using WantedKeys = std::vector<Wanted>;
using KeyNames = std::vector<std::string_view>;

// find_key() is the section's key of that name, or null.
const ProfileKey* find_key(const ProfileTextSection& section, std::string_view name);

// with_section_brought_up() is the text with the keys of section `index` as wanted: old lines
// replaced where they stand, new ones after the last key, our comment above the first.
Secret with_section_brought_up(const ProfileText& parts, std::size_t index, const WantedKeys& keys);
// with_section_added() is the text with a new section at its end, after one blank line.
Secret with_section_added(const ProfileText& parts, std::string_view header,
                          const WantedKeys& keys);
// with_keys_taken_out() is the text without those keys and our comment (which must be there), and
// without the section when nothing else is in it.
Secret with_keys_taken_out(const ProfileText& parts, std::size_t index, const KeyNames& ours);

}  // namespace mdh
