// The status page's style sheet and script, page.css and page.js as the build found them. Their
// bytes are what the page's security policy names by digest.
#pragma once

#include <string_view>

namespace mdh {

extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;

}  // namespace mdh
