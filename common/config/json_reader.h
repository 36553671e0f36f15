// Reads JSON values into the configuration's members, each with its place in the file so that an
// Error can name it: FILE: accounts[0].projects[1].profile must be …. What keys there are is
// config_text's. Pure.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/json_tree.h"
#include "common/config/rules.h"
#include "common/result.h"

namespace mdh {

// Place is a value and where it stands.
struct Place {
  const JsonNode& node;
  std::string path;  // empty: the whole file
  std::string_view file;
};

// config_fault() is the Error "FILE: message".
Error config_fault(std::string_view file, const std::string& message, std::string hint = {});
// must_be() says what is allowed at a place; the value itself is never in it. wrong_kind() says
// also what is there instead.
Error must_be(const Place& at, std::string_view words);
Error wrong_kind(const Place& at, std::string_view words);

// Each of these reads one value or says what is allowed.
Done read_text(const Place& at, const TextRule& rule, std::string& out);
Done read_text_or_empty(const Place& at, const TextRule& rule, std::string& out);
Done read_texts(const Place& at, const TextRule& rule, std::vector<std::string>& out);
// read_users() reads names, uids (as numbers, too) and @groups.
Done read_users(const Place& at, std::vector<std::string>& out);
Done read_flag(const Place& at, bool& out);
Done read_integer(const Place& at, int least, int most, int& out);
// read_word() is the place of the value among `words`.
Done read_word(const Place& at, const std::vector<std::string_view>& words, std::size_t& out);
// read_choice() is that place as the enumeration whose values stand in the order of `words`.
template <typename Choice>
Done read_choice(const Place& at, const std::vector<std::string_view>& words, Choice& out) {
  std::size_t word = 0;
  if (Done read = read_word(at, words, word); !read) return read;
  out = static_cast<Choice>(word);
  return done();
}
// read_array() calls `take` for each of the items, of which there must be one.
Done read_array(const Place& at, const std::function<Done(const Place& item)>& take);

// Key is a row of a table of keys: `read` puts the value where it belongs.
template <typename T>
struct Key {
  std::string_view name;
  Done (*read)(const Place& at, T& out);
  bool required = false;
};

// check_members() refuses an unknown key (with its nearest neighbour as the hint) and a missing
// one.
Done check_members(const Place& at, const std::vector<std::string_view>& known,
                   const std::vector<std::string_view>& required);

// read_object() reads the members by the table, in the file's order.
template <typename T, std::size_t N>
Done read_object(const Place& at, const Key<T> (&keys)[N], T& out) {
  std::vector<std::string_view> known;
  std::vector<std::string_view> required;
  for (const Key<T>& key : keys) {
    known.push_back(key.name);
    if (key.required) required.push_back(key.name);
  }
  if (Done checked = check_members(at, known, required); !checked) return checked;
  for (const JsonMember& member : at.node.members) {
    const auto key = std::find(known.begin(), known.end(), member.name) - known.begin();
    const Place place{member.value, child_path(at.path, member.name), at.file};
    if (Done read = keys[key].read(place, out); !read) return read;
  }
  return done();
}

}  // namespace mdh
