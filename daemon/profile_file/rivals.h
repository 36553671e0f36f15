// Looks in the user's AWS files for what outranks the daemon. Reads only; may wait for the disk.
#pragma once

#include <string>
#include <vector>

#include "common/profile_file/outranks.h"
#include "common/result.h"

namespace mdh {

struct AwsPaths {
  std::string credentials, config;
};

// rivals_of() is everything in the two files that outranks the offer to the profile (for the
// endpoint: "default"). A file that is not there, or is /dev/null, says nothing; an Error (class
// storage) when botocore could not read one of them.
Result<std::vector<Outranking>> rivals_of(const AwsPaths& paths, std::string_view profile,
                                          Offer offer);

// metadata_borrowers_of() is metadata_borrowers() of the two files, as far as they can be read.
std::vector<std::string> metadata_borrowers_of(const AwsPaths& paths);

}  // namespace mdh
