// What would keep a file from being replaced, found out without doing it. May wait for the disk.
#pragma once

#include <cstddef>
#include <string>

#include "common/result.h"

namespace mdh {

// could_replace() is the Error (class storage) that edit_file() would meet in putting `size` bytes
// in the path's place. Nothing is left behind: room is tried with a file that has no name.
Done could_replace(const std::string& path, std::size_t size);

}  // namespace mdh
