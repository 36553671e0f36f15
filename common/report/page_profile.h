// One profile's section of the status page. Pure.
#pragma once

#include <string>

#include "common/state/state.h"

namespace mdh {

struct PageContext {
  std::string base_url;    // "http://127.0.0.1:6340", as the export lines should say it
  std::string token_file;  // AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
};

// page_profile() is the <section>: state, countdowns, the day, what is wrong and what to do, how to
// use it.
std::string page_profile(const State& state, const ProfileState& profile,
                         const PageContext& context, Now now);

}  // namespace mdh
