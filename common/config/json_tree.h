// A JSON text with // and /* */ comments as a tree of plain values, strict where JSON is lax: a key
// given twice in one object is an Error, as is nesting deeper than 16. Pure; keeps the JSON library
// out of its readers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace mdh {

struct JsonMember;

struct JsonNode {
  enum class Kind { null, boolean, integer, number, text, array, object };
  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;  // an integer too large for it is a `number`
  std::string text;
  std::vector<JsonNode> items;      // of an array
  std::vector<JsonMember> members;  // of an object, in the text's order
};

struct JsonMember {
  std::string name;
  JsonNode value;
};

// name() of a kind is how a sentence calls it: "a string", "an integer", "null".
std::string_view name(JsonNode::Kind kind);

// parse_json() reads the text; an Error (class config) names `file` and the line and column of
// broken JSON, or the path of the key that is there twice. No part of a value is in it.
Result<JsonNode> parse_json(std::string_view text, std::string_view file);

// child_path() is the path of a member, `accounts[0].name`, and of an item, `accounts[0]`. What is
// no plain name is shown in quotes, shortened and without control characters.
std::string child_path(std::string_view parent, std::string_view member);
std::string child_path(std::string_view parent, std::size_t item);

}  // namespace mdh
