// Edits a file that others edit, too: reads it when it holds still, and replaces it whole or not at
// all, keeping mode, owner, ACL and extended attributes. Atomic (rename) and durable (fsync of file
// and folder), under an OFD lock on a file beside it; notices another program's change before the
// rename and edits anew. May wait for the disk: not for the loop's thread.
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

namespace mdh {

// What the last looks saw of other tools' sections, so that a file caught half written is not taken
// for the whole. Kept by who edits one file again and again.
struct FileMemory {
  // Each section, and since when it is missed.
  std::map<std::string, std::optional<std::chrono::steady_clock::time_point>> sections;
};

struct FileEdit {
  std::string path;  // as configured; a symlink stays and its target is replaced
  // The new text from the old (empty where there is no file). Called again when another program
  // changed the file in between.
  std::function<Result<Secret>(std::string_view text)> change;
  // The sections of other tools in a text; such as were there at the last look hold a write back
  // until they have been missed for 5 s. Unset: no guard.
  std::function<std::vector<std::string>(std::string_view text)> others;
};

enum class Edited { unchanged, replaced };

// edit_file() makes the change. An Error (class storage, stage file) says what failed on which
// path; the file is then as it was (or new, when only the folder's sync failed). retry_after is set
// where a moment's patience is the cure.
Result<Edited> edit_file(const FileEdit& edit, FileMemory& memory);
// read_file() is the text when the file holds still; empty where there is none.
Result<Secret> read_file(const std::string& path);

}  // namespace mdh
