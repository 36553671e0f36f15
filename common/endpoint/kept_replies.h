// Replies that cost much to make, kept for a second and given to everybody who may see the same:
// the page, the status, the metrics. Pure; the caller's thread only.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "common/endpoint/reply.h"
#include "common/timestamp.h"

namespace mdh {

class KeptReplies {
 public:
  static constexpr seconds kKept{1};

  // reply() is the one that was made under `key` within the last second, else a new one of
  // make()'s. Its body is lent, and lives until the next reply() or forget().
  Reply reply(const std::string& key, BootTime now, const std::function<Reply()>& make);
  // forget() is for a change of what they tell.
  void forget() { kept_.clear(); }

 private:
  struct Kept {
    BootTime made{};
    Reply reply;
  };
  std::map<std::string, Kept> kept_;
};

}  // namespace mdh
