// Any text as a profile file: no crash; an edit is idempotent and its result parses; removal leaves
// a text that parses.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/profile_file/difference.h"
#include "common/profile_file/merge.h"
#include "common/profile_file/outranks.h"
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
                                    .credential_process = "/usr/bin/mdh-credentials process",
                                    .replace_keys = true};
  const auto once = mdh::with_profile(text, section, kind);
  if (!once) return;
  const auto twice = mdh::with_profile(once->reveal(), section, kind);
  demand(twice && *twice == *once);
  const auto names = mdh::section_names(once->reveal());
  demand(names && std::any_of(names->begin(), names->end(), [kind](const std::string& name) {
           return mdh::names_profile(name, "mdh", kind);
         }));
  const auto gone = mdh::without_profile(once->reveal(), "mdh", kind);
  demand(gone && mdh::section_names(gone->reveal()).ok());
  const std::string shown = mdh::file_difference(text, once->reveal(), "credentials");
  demand(shown.find("wJalr/XUt+nFEMI") == std::string::npos ||
         text.find("wJalr/XUt+nFEMI") != std::string_view::npos);
}

// What another program made of the text while it was replaced: the first half of the text became
// the whole.
void merge(std::string_view text) {
  const std::string_view before = text.substr(0, text.find("\n[", text.size() / 2) + 1);
  const auto merged = mdh::with_edit_of(before, before, text);
  demand(!merged || mdh::section_names(merged->reveal()).ok());
}

void look_for_rivals(std::string_view text) {
  for (const auto offer : {mdh::Offer::endpoint, mdh::Offer::keys, mdh::Offer::process}) {
    const auto rivals = mdh::outranking({"credentials", text, "config", text}, "mdh", offer);
    if (!rivals) continue;
    for (const mdh::Outranking& one : *rivals) {
      demand(one.line > 0 && !mdh::text_of(one).empty() && !mdh::cure_of(one).empty());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  edit(text, mdh::ProfileFileKind::credentials);
  edit(text, mdh::ProfileFileKind::config);
  merge(text);
  look_for_rivals(text);
  return 0;
}
