#include "daemon/verbs/user_check.h"

#include "common/endpoint/access_reason.h"
#include "daemon/endpoint/name_service.h"

namespace mdh {
namespace {

// The system unit's user is made at its start: nobody's name can be that one.
constexpr std::uint32_t kDaemonsOwn = 0xfffffffe;

Finding finding(const std::string& name, const AccessReason& reason, bool first) {
  if (reason.by.empty()) {
    return {FindingId::user_may_not, Finding::Level::ok,
            name + " may not have " + reason.profile + ": not in " + reason.list + " (" +
                reason.entries + ")"};
  }
  return {FindingId::user_may, Finding::Level::ok,
          name + " may have " + reason.profile + ": " + reason.list + " names " + reason.by +
              (first ? "; it is meant where no profile is named" : "")};
}

}  // namespace

std::vector<Finding> check_user(const Config& config, const std::string& name) {
  NamesWanted wanted = names_wanted(config);
  wanted.users.insert(name);
  Names names = ask_names(wanted, {});
  const auto uid = names.users.at(name);
  if (!uid) {
    return {{FindingId::user_unknown, Finding::Level::error, "there is no user " + name,
             "users are told by: getent passwd " + name}};
  }
  names.people = ask_names({}, {*uid}).people;
  const Requester caller{*uid, &names.people.at(*uid).groups};
  std::vector<Finding> findings;
  bool first = true;
  for (const AccessReason& reason : explain_access(config, names, caller, kDaemonsOwn)) {
    findings.push_back(finding(name, reason, first));
    first = first && reason.by.empty();
  }
  return findings;
}

}  // namespace mdh
