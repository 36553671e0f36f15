// Whose a uid is: subordinate ids (subuid(5), subgid(5)) are lent to a user, whose containers run
// as them, and count as that user's. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mdh {

// The texts of the three files; what is no line of one is passed over.
struct IdTexts {
  std::string passwd;
  std::string subuid;
  std::string subgid;
};

class IdOwners {
 public:
  IdOwners() = default;
  // Users whom `passwd` does not know (a directory's) are told apart by their first id.
  explicit IdOwners(const IdTexts& texts);

  // owner_of() is the uid itself where nobody lent it.
  std::uint32_t owner_of(std::uint32_t uid) const;

 private:
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t owner = 0;
  };
  std::vector<Range> ranges_;  // by their first
};

}  // namespace mdh
