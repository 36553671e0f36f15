// The second half of a refresh: an access token becomes a project's AWS credentials, by either of
// MyDataHelps' two shapes: explorer (the header ProjectCode) or designer (the project's id in the
// path). Request out, reply in; sending is another's. Pure; thread-safe.
#pragma once

#include <string>

#include "common/config/config.h"
#include "common/credentials.h"
#include "common/result.h"
#include "common/upstream/http.h"

namespace mdh {

// exchange_url() is where the project's credentials are asked for: exchange_url with {project_id}
// and {project_code} filled in, else the shape's own.
std::string exchange_url(const ProjectConfig& project);

// credentials_request() is the POST without a body to exchange_url().
UpstreamRequest credentials_request(const ProjectConfig& project, const AccessToken& token);

// read_credentials() is the set of the reply, or an Error of stage exchange: refused (401 and 403
// among them; http_status says which), throttled, unreachable, or malformed. Expiration may be RFC
// 3339 or a number since the epoch; where it is neither, or more than 36 h ahead by every clock, it
// counts as not named. Whether it is past is not judged here.
Result<Credentials> read_credentials(const ProjectConfig& project, UpstreamReply reply,
                                     const RoundTrip& clocks);

// with_shape_hint() adds to a failure to find the host (DNS) that the other shape exists, where the
// project uses explorer's.
Error with_shape_hint(Error error, const ProjectConfig& project);

}  // namespace mdh
