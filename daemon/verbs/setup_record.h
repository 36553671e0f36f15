// What `setup` made and what was there before, so that `setup --remove` leaves everything as it
// was: a small text beside the configuration. No secret is in it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace mdh {

struct SetupRecord {
  std::vector<std::string> folders;          // made, outermost first
  std::map<std::string, std::string> files;  // written: path, and the SHA-256 of what was
  std::set<std::string> replaced;            // those of them whose old text is kept beside
  std::set<std::string> profiles;            // given a section of their own in AWS's files
  std::set<std::string> profiles_there;      // whose section had been there
  std::set<std::string> new_aws_files;       // AWS's files that had not been there
  std::set<std::string> unended_aws_files;   // whose last line had no end
  bool units = false;                        // enabled
  bool lingering = false;                    // asked for

  bool empty() const { return files.empty() && folders.empty() && !units && !lingering; }
  bool operator==(const SetupRecord&) const = default;
};

// kept_beside() is where a replaced file's old text is kept.
std::string kept_beside(const std::string& path);
// fingerprint() is the SHA-256 of a file's bytes in base64url.
std::string fingerprint(std::string_view bytes);

// read_record() is the record at `path`, an empty one where there is none; an Error (class
// storage) where it cannot be read or is none of ours. record_text() is what it is written as.
Result<SetupRecord> read_record(const std::string& path);
std::string record_text(const SetupRecord& record);

}  // namespace mdh
