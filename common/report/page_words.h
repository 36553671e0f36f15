// Words and marks of the status page: HTML escaping, times, what to do about each class of error.
// Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"
#include "common/state/condition.h"
#include "common/state/state.h"

namespace mdh {

// escaped() is text fit for HTML content and quoted attributes.
std::string escaped(std::string_view text);
// clock_time() is "14:02 UTC", with the day in front when that is another than now's.
std::string clock_time(WallTime time, WallTime now);
// time_element() is <time> with the exact moment in its attribute and clock_time() to read.
std::string time_element(WallTime time, WallTime now);
// advice() is what to do: the error's own hint, else what its class suggests; never empty.
std::string advice(const Error& error);
// note() is a box that says what is wrong and what to do; `kind` is "bad", "warn" or "" and `when`
// is HTML already. Empty parts are left out.
std::string note(const std::string& kind, const std::string& what, const std::string& todo,
                 const std::string& when = "");
// title() spells a condition for people ("Valid"); meaning() is a class in two or three words.
std::string_view title(Condition condition);
std::string_view meaning(ErrorClass error_class);

}  // namespace mdh
