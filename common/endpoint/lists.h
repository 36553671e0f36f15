// The answers that list profiles (status, page, readiness, metrics), each as one caller may see it:
// their profiles, and counts of the rest. Kept rendered for each visible set until the state
// changes or a second has passed, so that a flood of readers costs one rendering. Pure; the loop's
// thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/endpoint/guard.h"
#include "common/endpoint/reply.h"
#include "common/endpoint/route.h"
#include "common/report/metrics.h"
#include "common/report/page.h"
#include "common/report/status.h"
#include "common/state/state.h"

namespace mdh {

// What a list is made from, borrowed for one call.
struct ListFacts {
  const State& state;
  const AccessRules& access;
  const PageContext& page;
  const DaemonFacts& daemon;
  const std::function<MetricsFigures()>& figures;
  Now now{};
};

struct ListRequest {
  Route route = Route::status;  // one of status, page, readyz and metrics
  const Peer& peer;
  std::string_view query;
};

class Lists {
 public:
  // reply() lends (Reply::lent) a list that lives until the next reply() or forget().
  Reply reply(const ListRequest& request, const ListFacts& facts);
  // forget() has every list made anew: the state or the rules changed.
  void forget() { kept_.clear(); }

 private:
  struct Kept {
    Route route = Route::status;
    VisibleProfiles visible;
    std::string first;  // the caller's first profile
    std::string only;   // the one profile that the page shows; empty: all
    StatusReader reader = StatusReader::stranger;
    seconds at{};  // the boot clock's second
    Reply reply;
  };
  static Reply made(const Kept& kept, const ListFacts& facts);
  static bool serves_the_same(const Kept& left, const Kept& right);

  std::vector<Kept> kept_;
};

}  // namespace mdh
