// One profile on the status page. Pure.
#pragma once

#include <string>

#include "common/report/page_snippets.h"
#include "common/state/state.h"

namespace mdh {

// in_trouble() tells whether somebody should look at the profile: no set, a failing one, or a
// profile file that cannot be written.
bool in_trouble(const ProfileState& profile, Now now);
// page_profile() is one line that opens: what is wrong and what to do first, then until when, how
// to use it, and the day. `open`: it is open already.
Html page_profile(const State& state, const ProfileState& profile, const PageContext& context,
                  Now now, bool open);
// page_row() is the line alone, with a link to the page of this profile: for long lists.
Html page_row(const ProfileState& profile, Now now);

}  // namespace mdh
