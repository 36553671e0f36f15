// GET /: the state for people, one self-contained HTML page without any external resource. Works
// without JavaScript (it is rendered whole here, with a meta refresh inside noscript), and with it
// updates itself from /status. No secret in it.
#pragma once

#include <string>
#include <string_view>

#include "common/report/page_profile.h"
#include "common/state/state.h"
#include "common/state/visible.h"

namespace mdh {

// status_page() has the worst first. `only` names the one profile to show (the page's ?profile=);
// empty, or one that is not there: all of them, the well ones of a long list as lines that link.
// Of hidden ones (context.hidden) it says how many there are.
std::string status_page(const State& state, const PageContext& context, Now now,
                        std::string_view only = {});
// page_security_policy() is the Content-Security-Policy value that goes with the page: default-src
// 'none' and hashes of its own inline style and script.
std::string page_security_policy();

}  // namespace mdh
