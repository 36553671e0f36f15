#include "daemon/verbs/setup_record.h"

#include <unistd.h>

#include <sstream>

#include "common/digest.h"
#include "common/encoding.h"
#include "daemon/system/read_file.h"

namespace mdh {
namespace {

constexpr std::string_view kTitle = "# What mdh-credentials setup made, for setup --remove.\n";

// A line is a word, and what is behind its first blank.
bool take_line(const std::string& word, const std::string& rest, SetupRecord& record) {
  if (word == "folder") {
    record.folders.push_back(rest);
  } else if (word == "file") {
    const std::size_t blank = rest.find(' ');
    if (blank == std::string::npos) return false;
    record.files[rest.substr(blank + 1)] = rest.substr(0, blank);
  } else if (word == "replaced") {
    record.replaced.insert(rest);
  } else if (word == "profile") {
    record.profiles.insert(rest);
  } else if (word == "profile-there") {
    record.profiles_there.insert(rest);
  } else if (word == "new-aws-file") {
    record.new_aws_files.insert(rest);
  } else if (word == "unended-aws-file") {
    record.unended_aws_files.insert(rest);
  } else if (word == "units") {
    record.units = true;
  } else if (word == "lingering") {
    record.lingering = true;
  } else {
    return word.empty() || word == "#";
  }
  return true;
}

void add_lines(std::string& text, std::string_view word, const std::set<std::string>& values) {
  for (const std::string& value : values) text += std::string(word) + " " + value + "\n";
}

}  // namespace

std::string kept_beside(const std::string& path) {
  return path + ".before-setup";
}

std::string fingerprint(std::string_view bytes) {
  return base64url_encode(view(sha256(bytes)));
}

Result<SetupRecord> read_record(const std::string& path) {
  SetupRecord record;
  if (::access(path.c_str(), F_OK) != 0) return record;
  const auto text = read_text(path);
  if (!text) return text.error();
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t blank = line.find(' ');
    const std::string rest = blank == std::string::npos ? "" : line.substr(blank + 1);
    if (take_line(line.substr(0, blank), rest, record)) continue;
    return Error{.error_class = ErrorClass::storage,
                 .message = path + ": no record of setup's: " + line.substr(0, 40)};
  }
  return record;
}

std::string record_text(const SetupRecord& record) {
  std::string text(kTitle);
  for (const std::string& folder : record.folders) text += "folder " + folder + "\n";
  for (const auto& [path, digest] : record.files) text += "file " + digest + " " + path + "\n";
  add_lines(text, "replaced", record.replaced);
  add_lines(text, "profile", record.profiles);
  add_lines(text, "profile-there", record.profiles_there);
  add_lines(text, "new-aws-file", record.new_aws_files);
  add_lines(text, "unended-aws-file", record.unended_aws_files);
  if (record.units) text += "units\n";
  if (record.lingering) text += "lingering\n";
  return text;
}

}  // namespace mdh
