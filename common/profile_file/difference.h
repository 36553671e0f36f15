// What a change to a profile file looks like to a person: a unified difference whose values are
// masked, so that it can be shown and kept. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mdh {

// file_difference() is the difference in unified form with three lines of context, empty when the
// texts are equal. Section headers, key names and the values of a few harmless keys (region,
// output, aws_access_key_id, expiry, our own credential_process …) are shown; every other value,
// comment and wrapped line is `********`, on both sides.
std::string file_difference(std::string_view before, std::string_view after, std::string_view path);

}  // namespace mdh
