// The files of tokens of one's own, RUNTIME/tokens/UID: ours, 0600, and readable by that user
// through an access control list, so that an SDK finds its token without a group and without a
// copy. The same file is written anew at every start and rotation, for processes that live on. The
// loop's thread only.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "common/result.h"
#include "common/secret.h"

namespace mdh {

class OwnTokens {
 public:
  // Beyond so many users the files of the others are not written anew.
  static constexpr std::size_t kMost = 1024;

  // `runtime` is the runtime folder; whose files there are is remembered in `state_dir`, since the
  // runtime folder goes with each stop.
  OwnTokens(const std::string& runtime, const std::string& state_dir);

  // file_of() is the path of the user's file, made where it is missing; an Error (class storage)
  // where it cannot be made.
  Result<std::string> file_of(std::uint32_t user, const Secret& seal);
  // watched() is a path beside theirs: whoever watches it is told when one of them goes.
  std::string watched() const { return folder_ + "/none"; }
  // stand() tells whether every file that was ever asked for is there.
  bool stand() const;
  // renew() writes every file that was ever asked for: the seal is another, or the folder new. An
  // Error names the last that failed.
  Done renew(const Secret& seal);

 private:
  Done write(std::uint32_t user, const Secret& seal) const;
  std::string path_of(std::uint32_t user) const;
  Done remember() const;

  std::string folder_;
  std::string memory_;
  std::set<std::uint32_t> users_;
};

}  // namespace mdh
