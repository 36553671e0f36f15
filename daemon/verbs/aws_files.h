// The user's AWS files as `exec` and `check` look at them: what in them would win over the daemon.
// Reads only.
#pragma once

#include <string>
#include <vector>

#include "common/result.h"

namespace mdh {

// The files that every SDK reads: AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, else ~/.aws's.
std::string aws_credentials_path();
std::string aws_config_path();

// What was found out about one section of the two files together.
struct AwsSection {
  std::string static_keys_in;         // the file that holds them, empty: none
  std::string credential_process_in;  // likewise
  bool managed = false;               // the keys are under our own comment
};

// aws_section() is what the two files say about a profile; an Error (class storage) when one of
// them could not be read by botocore, naming the line. A file that is not there says nothing.
Result<AwsSection> aws_section(const std::string& credentials, const std::string& config,
                               const std::string& profile);

}  // namespace mdh
