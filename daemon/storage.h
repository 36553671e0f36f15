// Edits a file that others edit, too: reads it when it holds still, and replaces it whole or not at
// all, keeping mode, owner, ACL and extended attributes. Atomic (rename) and durable (fsync of file
// and folder), under an OFD lock on a file beside it; notices another program's change before the
// rename and edits anew. May wait for the disk: not for the loop's thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/secret.h"
#include "common/timestamp.h"

namespace mdh {

// What the last good read saw of other tools' sections, so that a file caught half written is not
// taken for the whole. Kept by who edits one file again and again.
struct FileMemory {
  std::vector<std::string> sections;
  std::chrono::steady_clock::time_point seen{};
};

struct FileEdit {
  std::string path;  // as configured; a symlink stays and its target is replaced
  // The new text from the old (empty where there is no file). Called again when another program
  // changed the file in between.
  std::function<Result<Secret>(std::string_view text)> change;
  // The sections of other tools in a text; such as vanish within 5 s of being seen hold the write
  // back. Unset: no guard.
  std::function<std::vector<std::string>(std::string_view text)> others;
};

enum class Edited { unchanged, replaced };

// edit_file() makes the change. An Error (class storage, stage file) says what failed on which
// path; the file is then as it was. retry_after is set where a moment's patience is the cure.
Result<Edited> edit_file(const FileEdit& edit, FileMemory& memory);
// read_file() is the text when the file holds still; empty where there is none.
Result<Secret> read_file(const std::string& path);

}  // namespace mdh
