// One atomic, durable replacement of one file: a step of edit_file; no policy here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"
#include "daemon/profile_file/draft.h"
#include "daemon/profile_file/file_look.h"

namespace mdh {

struct Replacement {
  std::string target;
  std::string draft;               // the temporary file's path, beside the target
  std::optional<FileLook> before;  // how the target looked; nothing: there was none
  bool owner_only = false;         // the new file is for nobody else's eyes, whatever the old was
};

enum class Placed {
  in_place,   // the new text stands where the old one stood
  refused,    // nothing was done: the target looks otherwise by now
  over_edit,  // in place, but the old file was edited in that moment: it is at the draft's path
};

// replace_file() puts `bytes` in the target's place; a crash's draft at that path is taken away.
Result<Placed> replace_file(const Replacement& replacement, std::string_view bytes,
                            Remarks& remarks);
}  // namespace mdh
