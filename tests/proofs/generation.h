// Credentials of the Nth generation, whose parts all name it: a mixture of two shows.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "common/profile_file/section.h"
#include "daemon/profile_file/replace_file.h"
#include "daemon/profile_file/writer.h"

namespace mdh::test {

inline CredentialsPtr credentials(int generation) {
  const std::string number = std::to_string(generation);
  auto set = std::make_shared<Credentials>();
  set->access_key_id = "AKID" + number;
  set->secret_access_key = Secret("secret" + number);
  set->session_token = Secret(std::string(1200, 't') + number);
  set->expiration = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()) +
                    std::chrono::hours(1);
  return set;
}

inline std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline ProfileSection section(const Credentials& set) {
  return {.profile = "mdh",
          .access_key_id = set.access_key_id,
          .secret_access_key = set.secret_access_key.reveal(),
          .session_token = set.session_token.reveal(),
          .expires = "2030-01-01T00:00:00Z",
          .region = "eu-central-1",
          .credential_process = {},
          .replace_keys = false};
}

// replace_generation() reads, edits and replaces as the daemon does, without waiting for the file
// to settle. False when anything failed.
inline bool replace_generation(const std::string& path, int generation) {
  const auto before = look_at(path);
  const std::string text = text_of(path);
  const CredentialsPtr set = credentials(generation);
  const auto after = with_profile(text, section(*set), ProfileFileKind::credentials);
  if (!after) return false;
  Remarks remarks;
  const auto placed =
      replace_file({path, draft_path(path, true), before}, after->reveal(), remarks);
  return placed.ok() && *placed == Placed::in_place;
}

// generation_in() is the generation that the text holds whole, beside the section [other]; -1 for
// anything else.
inline int generation_in(const std::string& text) {
  const std::string head = "aws_access_key_id = AKID";
  const std::size_t at = text.find(head);
  if (at == std::string::npos || !text.starts_with("# mine\n[other]\n")) return -1;
  const int generation = std::atoi(text.c_str() + at + head.size());
  const CredentialsPtr set = credentials(generation);
  const auto again = with_profile(text, section(*set), ProfileFileKind::credentials);
  return again && again->reveal() == text ? generation : -1;
}

}  // namespace mdh::test
