// Golden files: replies as they come over the wire, and the Error or value that they must become,
// as text that a person can read.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/upstream/http.h"

namespace mdh::test {

inline std::string golden_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::vector<std::filesystem::path> golden_replies(const std::string& stage) {
  std::vector<std::filesystem::path> found;
  const std::filesystem::path folder = MDH_TEST_DATA;
  for (const auto& entry : std::filesystem::directory_iterator(folder / stage)) {
    if (entry.path().extension() == ".reply") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// A .reply file is a status line, fields, an empty line, the body; its own last line end is no part
// of the body.
inline UpstreamReply read_reply_file(const std::filesystem::path& path) {
  std::istringstream text(golden_text(path));
  UpstreamReply reply;
  std::string line;
  std::getline(text, line);
  reply.status = std::stoi(line.substr(9, 3));
  while (std::getline(text, line) && !line.empty()) {
    const std::size_t colon = line.find(": ");
    reply.headers.push_back({line.substr(0, colon), line.substr(colon + 2)});
  }
  std::string body(std::istreambuf_iterator<char>(text), {});
  if (!body.empty()) body.pop_back();
  reply.body = Secret(body);
  return reply;
}

inline std::string described(const Error& error) {
  std::ostringstream text;
  text << "class: " << name(error.error_class) << "\nstage: " << name(error.stage)
       << "\nstatus: " << error.http_status << "\noauth_error: " << error.oauth_error
       << "\nretry_after: "
       << (error.retry_after ? std::to_string(error.retry_after->count()) : "none")
       << "\nmessage: " << error.message << "\nhint: " << error.hint << "\n";
  return text.str();
}

}  // namespace mdh::test
