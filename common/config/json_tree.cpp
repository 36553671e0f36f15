#include "common/config/json_tree.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace mdh {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDeepest = 16;

struct Flaw {
  std::size_t at = 0;  // bytes read when it was noticed
  std::string why;
  bool has_position = false;
};

// The library's sentence without its number, position and the text it last read: that may be a key
// which somebody pasted into the wrong place.
std::string broken_because(std::string_view what) {
  for (const std::string_view opening : {"unexpected ", "invalid ", "missing "}) {
    const std::size_t from = what.find(opening);
    if (from == std::string_view::npos) continue;
    std::string why(what.substr(from));
    const std::size_t quoted = why.find("; last read: '");
    if (quoted == std::string::npos) return why;
    const std::size_t expected = why.rfind("; expected ");
    const bool follows = expected != std::string::npos && expected > quoted;
    return why.substr(0, quoted) + (follows ? why.substr(expected) : "");
  }
  return "a value that JSON does not allow";
}

// Takes the library's events (its SAX interface) and grows the tree.
class Grower {
 public:
  Grower() : root_(JsonNode()), open_{&root_} {}

  bool null() { return add({}); }
  bool boolean(bool value) { return add(of(JsonNode::Kind::boolean, value, 0)); }
  bool number_integer(std::int64_t value) { return add(of(JsonNode::Kind::integer, false, value)); }
  bool number_unsigned(std::uint64_t value) {
    if (value > std::uint64_t{INT64_MAX}) return number_float(0, {});
    return number_integer(static_cast<std::int64_t>(value));
  }
  bool number_float(double, const std::string&) {
    return add(of(JsonNode::Kind::number, false, 0));
  }
  bool string(std::string& value) {
    JsonNode node = of(JsonNode::Kind::text, false, 0);
    node.text = std::move(value);
    return add(std::move(node));
  }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) { return start(JsonNode::Kind::object); }
  bool start_array(std::size_t) { return start(JsonNode::Kind::array); }
  bool end_object() { return end(); }
  bool end_array() { return end(); }

  bool key(std::string& name) {
    auto& members = open_.back()->members;
    const bool twice = std::any_of(members.begin(), members.end(),
                                   [&](const JsonMember& member) { return member.name == name; });
    if (twice) return stop(child_path(path(), name) + " is there twice");
    members.push_back({std::move(name), {}});
    return true;
  }

  bool parse_error(std::size_t at, const std::string&, const Json::exception& broken) {
    flaw_ = {at, broken_because(broken.what()), true};
    return false;
  }

  const std::optional<Flaw>& flaw() const { return flaw_; }
  JsonNode take() { return std::move(root_.items.front()); }

 private:
  static JsonNode of(JsonNode::Kind kind, bool boolean, std::int64_t integer) {
    JsonNode node;
    node.kind = kind;
    node.boolean = boolean;
    node.integer = integer;
    return node;
  }

  bool start(JsonNode::Kind kind) {
    if (open_.size() > kDeepest) return stop("is nested too deeply");
    add(of(kind, false, 0));
    JsonNode& parent = *open_.back();
    open_.push_back(parent.kind == JsonNode::Kind::object ? &parent.members.back().value
                                                          : &parent.items.back());
    return true;
  }
  bool end() {
    open_.pop_back();
    return true;
  }
  bool add(JsonNode node) {
    JsonNode& parent = *open_.back();
    if (parent.kind == JsonNode::Kind::object) {
      parent.members.back().value = std::move(node);
    } else {
      parent.items.push_back(std::move(node));
    }
    return true;
  }
  bool stop(std::string why) {
    flaw_ = Flaw{0, std::move(why), false};
    return false;
  }

  std::string path() const {
    std::string path;
    for (std::size_t i = 1; i + 1 < open_.size(); ++i) {
      const JsonNode& parent = *open_[i];
      path = parent.kind == JsonNode::Kind::object ? child_path(path, parent.members.back().name)
                                                   : child_path(path, parent.items.size() - 1);
    }
    return path;
  }

  // The root's parent holds it as its only item. A node that is open does not move: only the last
  // child of each open node grows, and that is the next open one.
  JsonNode root_;
  std::vector<JsonNode*> open_;
  std::optional<Flaw> flaw_;
};

std::string line_and_column(std::string_view text, std::size_t read) {
  const std::string_view before = text.substr(0, read == 0 ? 0 : read - 1);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - start + 1);
}

}  // namespace

std::string_view name(JsonNode::Kind kind) {
  constexpr std::string_view kNames[] = {"null",     "a boolean", "an integer", "a number",
                                         "a string", "an array",  "an object"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<JsonNode> parse_json(std::string_view text, std::string_view file) {
  Grower grower;
  constexpr bool kWholeText = true;
  constexpr bool kComments = true;
  Json::sax_parse(text, &grower, Json::input_format_t::json, kWholeText, kComments);
  if (!grower.flaw()) return grower.take();
  const Flaw& flaw = *grower.flaw();
  Error error;
  error.message = std::string(file) + ": ";
  if (flaw.has_position) {
    error.message += "is not JSON at " + line_and_column(text, flaw.at) + ": " + flaw.why;
    error.hint = "the file is JSON with // comments; look for a missing comma, quote or bracket";
  } else {
    error.message += flaw.why;
  }
  return error;
}

std::string child_path(std::string_view parent, std::string_view member) {
  constexpr std::size_t kLongest = 64;
  const auto plain = [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '.'; };
  std::string shown(member.substr(0, kLongest));
  if (shown.empty() || member.size() > kLongest ||
      !std::all_of(shown.begin(), shown.end(), plain)) {
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return c < ' ' || c >= '\x7f'; }, '?');
    shown = '"' + shown + (member.size() > kLongest ? "…\"" : "\"");
  }
  return parent.empty() ? shown : std::string(parent) + "." + shown;
}

std::string child_path(std::string_view parent, std::size_t item) {
  return std::string(parent) + "[" + std::to_string(item) + "]";
}

}  // namespace mdh
