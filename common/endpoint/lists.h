// The answers that list profiles (status, page, readiness, metrics), each as one caller may see it:
// their profiles, and counts of the rest. Kept rendered for each visible set until the state
// changes or a second has passed, so that a flood of readers costs one rendering. Pure; the loop's
// thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/endpoint/guard.h"
#include "common/endpoint/kept_replies.h"
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
  void forget() { kept_.forget(); }

 private:
  KeptReplies kept_;
};

}  // namespace mdh
