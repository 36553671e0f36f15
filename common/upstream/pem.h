// What notebooks, shells and .env files do to a PEM text, undone. Text alone: nothing is decoded or
// checked here. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace mdh {

// normalised_pem() undoes what notebooks and .env files do to RKS_PRIVATE_KEY: literal \n, lost
// line breaks, surrounding quotes or blanks, CRLF, base64 of the whole PEM. Text that is none of
// these is returned as it is. The caller wipes both.
std::string normalised_pem(std::string_view text);

}  // namespace mdh
