// Who the endpoint's callers are: the rules of the configuration with names resolved, and a
// caller's groups. What the name service has not told yet is asked for, and pending until then. The
// loop's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/endpoint/guard.h"

namespace mdh {

class CallerNames {
 public:
  using Ask = std::function<void(std::uint32_t user)>;

  // `ask` has the name service asked about a uid; take_names() has the answer some time later.
  explicit CallerNames(Ask ask) : ask_(std::move(ask)) {}

  // configure() and take_names() resolve the rules anew; a name that nobody has is a warning in the
  // log, once, and so is its turning up.
  void configure(const Config& config);
  void take_names(std::shared_ptr<const Names> names);

  const GuardRules& rules() const { return rules_; }
  // known() is the peer with the groups that are known of them.
  Peer known(Peer peer);
  // pending() is whether the name service's answer may still let the peer have more.
  bool pending(const Peer& peer) const;
  // name_of() is the user's name, empty as long as it is not known.
  std::string name_of(std::uint32_t user) const;

 private:
  void resolve();
  void tell_unknown();

  Ask ask_;
  Config config_;
  NamesWanted wanted_;
  std::shared_ptr<const Names> names_;  // null: no answer yet
  GuardRules rules_;
  std::vector<std::string> told_;  // names that were said to be unknown
};

}  // namespace mdh
