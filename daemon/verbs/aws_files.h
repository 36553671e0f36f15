// Where the user's AWS files are, for the verbs.
#pragma once

#include <string>

namespace mdh {

// The files that every SDK reads: AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, else ~/.aws's.
std::string aws_credentials_path();
std::string aws_config_path();

}  // namespace mdh
