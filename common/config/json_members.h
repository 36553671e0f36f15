// What a row of a table of keys says: this member, by this rule.
#pragma once

#include "common/config/json_reader.h"

namespace mdh {

inline constexpr bool kRequired = true;

// text() and the others read the value into `kMember`.
template <auto kMember, const TextRule& kRule, typename T>
Done text(const Place& at, T& out) {
  return read_text(at, kRule, out.*kMember);
}

template <auto kMember, const TextRule& kRule, typename T>
Done text_or_empty(const Place& at, T& out) {
  return read_text_or_empty(at, kRule, out.*kMember);
}

template <auto kMember, typename T>
Done users(const Place& at, T& out) {
  return read_users(at, out.*kMember);
}

template <auto kMember, typename T>
Done flag(const Place& at, T& out) {
  return read_flag(at, out.*kMember);
}

// append_keys() adds the names of a table's keys, each after the prefix.
template <typename T, std::size_t N>
void append_keys(std::vector<std::string>& all, const std::string& prefix,
                 const Key<T> (&keys)[N]) {
  for (const Key<T>& key : keys) all.push_back(prefix + std::string(key.name));
}

}  // namespace mdh
