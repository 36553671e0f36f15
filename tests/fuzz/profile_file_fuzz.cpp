// Any text as a profile file: no crash; an edit is idempotent and its result parses; removal leaves
// a text that parses.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/profile_file/difference.h"
#include "common/profile_file/section.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

void edit(std::string_view text, mdh::ProfileFileKind kind) {
  const mdh::ProfileSection section{.profile = "mdh",
                                    .access_key_id = "AKIDEXAMPLE",
                                    .secret_access_key = "wJalr/XUt+nFEMI",
                                    .session_token = "IQoJb3JpZ2lu==",
                                    .expires = "2030-01-01T00:00:00Z",
                                    .region = "eu-central-1",
                                    .credential_process = "/usr/bin/mdh-credentials process"};
  const auto once = mdh::with_profile(text, section, kind);
  if (!once) return;
  const auto twice = mdh::with_profile(once->reveal(), section, kind);
  demand(twice && *twice == *once);
  const auto keys = mdh::section_keys(once->reveal(), "mdh", kind);
  demand(keys && keys->present && keys->managed);
  const auto gone = mdh::without_profile(once->reveal(), "mdh", kind);
  demand(gone && mdh::section_names(gone->reveal()).ok());
  const std::string shown = mdh::file_difference(text, once->reveal(), "credentials");
  demand(shown.find("wJalr/XUt+nFEMI") == std::string::npos ||
         text.find("wJalr/XUt+nFEMI") != std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  edit(text, mdh::ProfileFileKind::credentials);
  edit(text, mdh::ProfileFileKind::config);
  return 0;
}
