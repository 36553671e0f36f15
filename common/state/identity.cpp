#include "common/state/identity.h"

#include <initializer_list>

namespace mdh {
namespace {

std::string joined(std::initializer_list<const std::string*> parts) {
  std::string identity;
  for (const std::string* part : parts)
    identity += std::to_string(part->size()) + ":" + *part + ",";
  return identity;
}

}  // namespace

std::string account_identity(const AccountConfig& account) {
  return joined({&account.service_account, &account.token_url});
}

std::string project_identity(const AccountConfig& account, const ProjectConfig& project) {
  return joined({&account.service_account, &account.token_url, &account.audience,
                 &project.project_code, &project.project_id, &project.exchange_url});
}

}  // namespace mdh
