// What to paste to use a profile: shell, a running notebook, R, JDBC. Pure.
#pragma once

#include <string>

#include "common/report/html.h"
#include "common/state/visible.h"

namespace mdh {

struct PageContext {
  std::string base_url;     // "http://127.0.0.1:6340", as the lines to copy should say it
  std::string token_file;   // AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
  HiddenProfiles hidden{};  // what the reader may not see of the rest
  bool imds = true;         // the metadata routes are there
};

Html page_snippets(const ProfileState& profile, const PageContext& context);

}  // namespace mdh
