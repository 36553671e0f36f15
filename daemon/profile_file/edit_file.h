// Edits a file that others edit, too: reads it when it holds still, and replaces it whole or not at
// all, keeping mode, owner, ACL and extended attributes. Atomic (rename) and durable (fsync of file
// and folder), under an OFD lock on a file beside it; another program's change before the rename is
// noticed and the edit made anew, one that the rename met is brought into the new text. What the
// file system cannot do (locks, syncs, owners, exchanges) is left, with a remark. May wait for the
// disk: not for the loop's thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/secret.h"
#include "common/timestamp.h"
#include "daemon/profile_file/draft.h"

namespace mdh {

// What is known of one file from one edit to the next. Kept by who edits it again and again.
struct FileMemory {
  // Each of other tools' sections, and since when it is missed: so that a file caught half written
  // is not taken for the whole.
  std::map<std::string, std::optional<std::chrono::steady_clock::time_point>> sections;
  // Edits of other programs that a replacement met, to be brought into every text that lacks them.
  struct MetEdit {
    Secret before, after;
  };
  std::vector<MetEdit> met;
  Remarks remarks;
};

struct FileEdit {
  std::string path;  // as configured; a symlink stays and its target is replaced
  // The new text from the old (empty where there is no file). Called again when another program
  // changed the file in between.
  std::function<Result<Secret>(std::string_view text)> change;
  // The sections of other tools in a text; such as were there at the last look hold a write back
  // until they have been missed for 5 s. Unset: no guard.
  std::function<std::vector<std::string>(std::string_view text)> others;
  bool owner_only = false;  // others who may read the file lose that before it is filled
};

enum class Edited { unchanged, replaced };

// edit_file() makes the change. An Error (class storage, stage file) says what failed on which
// path; the file is then as it was (or new, when only the folder's sync failed). retry_after is set
// where a moment's patience is the cure.
Result<Edited> edit_file(const FileEdit& edit, FileMemory& memory);
// read_file() is the text when the file holds still; empty where there is none, or /dev/null.
Result<Secret> read_file(const std::string& path);

}  // namespace mdh
