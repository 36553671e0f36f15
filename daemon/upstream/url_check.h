// Whether a request may leave at all: https, or http to a loopback address, and header fields that
// are one line each. Pure, but for libcurl's URL parser, which the transfer uses too.
#pragma once

#include "common/result.h"
#include "common/upstream/http.h"

namespace mdh {

enum class Way { https, loopback_http };

// way_of() is how the request goes, or an Error (class config; the stage is the caller's to set)
// that says what to write instead.
Result<Way> way_of(const UpstreamRequest& request);

}  // namespace mdh
