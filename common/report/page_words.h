// Words and marks of the status page: signs, times, what to do about each class of error. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"
#include "common/report/html.h"
#include "common/state/condition.h"
#include "common/state/state.h"

namespace mdh {

// time_element() is <time> with the exact moment in its attribute and clock_time() to read.
Html time_element(WallTime time, WallTime now);
// advice() is what to do: the error's own hint, else what its class suggests; never empty.
std::string advice(const Error& error);
// file_advice() is the same for a file that is not written.
std::string file_advice(const FileStatus& file);

// A box that says what is wrong and what to do; empty parts are left out.
struct Note {
  Markup kind = "";  // "bad", "warn"
  std::string what;
  std::string todo{};
  Html when{};
};
Html note(const Note& note);
// title() spells a condition for people ("Valid"); meaning() is a class in two or three words.
Markup title(Condition condition);
Markup meaning(ErrorClass error_class);
// sign() is the condition's shape, which tells it without colour. class_of() is its CSS class.
Html sign(Condition condition);
Markup class_of(Condition condition);
// counted() is "1 failure", "2 failures".
std::string counted(std::size_t count, const std::string& what);

}  // namespace mdh
