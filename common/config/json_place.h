// Where values stand in a JSON text with comments, so that one can be added and every other byte
// stays. The text has been read by config/from_json before; what is not there is nothing. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mdh {

// Offsets into the text: of a value's first byte, and behind its last.
struct JsonSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// whole_value() is the text's one value.
std::optional<JsonSpan> whole_value(std::string_view text);
// member_value() is the value of that name in the object at `object`; item_value() is the item of
// that place in the array at `array`.
std::optional<JsonSpan> member_value(std::string_view text, JsonSpan object, std::string_view name);
std::optional<JsonSpan> item_value(std::string_view text, JsonSpan array, std::size_t index);

// with_item() is the text with `item` (one line) as the last of the array at `array`, which is not
// empty: on a line of its own, indented as the last one is, behind the comments that follow that.
std::string with_item(std::string_view text, JsonSpan array, std::string_view item);

}  // namespace mdh
