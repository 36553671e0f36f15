#include "common/endpoint/kept_replies.h"

namespace mdh {

Reply KeptReplies::reply(const std::string& key, BootTime now, const std::function<Reply()>& make) {
  std::erase_if(kept_, [now](const auto& one) { return now - one.second.made >= kKept; });
  auto found = kept_.find(key);
  if (found == kept_.end()) found = kept_.emplace(key, Kept{now, make()}).first;
  const Reply& kept = found->second.reply;
  return {kept.status, kept.content_type, {}, kept.body, kept.headers};
}

}  // namespace mdh
