#include "common/config/json_reader.h"

#include <utility>

namespace mdh {
namespace {

using Kind = JsonNode::Kind;

std::string joined(const std::vector<std::string_view>& words) {
  std::string list;
  for (const std::string_view word : words) {
    if (!list.empty()) list += ", ";
    list += word;
  }
  return list;
}

std::string shown(const Place& at) {
  return at.path.empty() ? "the configuration" : at.path;
}

bool has_member(const JsonNode& object, std::string_view name) {
  return std::any_of(object.members.begin(), object.members.end(),
                     [&](const JsonMember& member) { return member.name == name; });
}

Error unknown_key(const Place& at, const std::string& name,
                  const std::vector<std::string_view>& known) {
  const std::string_view meant = nearest(name, known);
  return config_fault(
      at.file, child_path(at.path, name) + " is not a key; allowed here are " + joined(known),
      meant.empty() ? "" : "did you mean \"" + std::string(meant) + "\"?");
}

}  // namespace

Error config_fault(std::string_view file, const std::string& message, std::string hint) {
  Error error;
  error.message = std::string(file) + ": " + message;
  error.hint = std::move(hint);
  return error;
}

Error must_be(const Place& at, std::string_view words) {
  return config_fault(at.file, shown(at) + " must be " + std::string(words));
}

Error wrong_kind(const Place& at, std::string_view words) {
  return must_be(at, std::string(words) + "; it is " + std::string(name(at.node.kind)));
}

Done read_text(const Place& at, const TextRule& rule, std::string& out) {
  if (at.node.kind != Kind::text) {
    return wrong_kind(at, "a string (" + std::string(rule.words) + ")");
  }
  if (!rule.allows(at.node.text)) return must_be(at, rule.words);
  out = at.node.text;
  return done();
}

Done read_text_or_empty(const Place& at, const TextRule& rule, std::string& out) {
  if (at.node.kind != Kind::text || !at.node.text.empty()) return read_text(at, rule, out);
  out.clear();
  return done();
}

Done read_texts(const Place& at, const TextRule& rule, std::vector<std::string>& out) {
  out.clear();
  return read_array(at,
                    [&](const Place& item) { return read_text(item, rule, out.emplace_back()); });
}

Done read_users(const Place& at, std::vector<std::string>& out) {
  out.clear();
  return read_array(at, [&](const Place& item) -> Done {
    std::string& user = out.emplace_back();
    if (item.node.kind != Kind::integer) return read_text(item, kUser, user);
    user = std::to_string(item.node.integer);
    return item.node.integer < 0 ? Done(must_be(item, kUser.words)) : done();
  });
}

Done read_flag(const Place& at, bool& out) {
  if (at.node.kind != Kind::boolean) return wrong_kind(at, "true or false");
  out = at.node.boolean;
  return done();
}

Done read_integer(const Place& at, int least, int most, int& out) {
  const std::string words =
      "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  if (at.node.kind != Kind::integer) return wrong_kind(at, words);
  if (at.node.integer < least || at.node.integer > most) return must_be(at, words);
  out = static_cast<int>(at.node.integer);
  return done();
}

Done read_word(const Place& at, const std::vector<std::string_view>& words, std::size_t& out) {
  const std::string allowed = "one of " + joined(words);
  if (at.node.kind != Kind::text) return wrong_kind(at, allowed);
  const auto found = std::find(words.begin(), words.end(), at.node.text);
  if (found == words.end()) return must_be(at, allowed);
  out = static_cast<std::size_t>(found - words.begin());
  return done();
}

Done read_array(const Place& at, const std::function<Done(const Place& item)>& take) {
  if (at.node.kind != Kind::array) return wrong_kind(at, "an array");
  if (at.node.items.empty()) return must_be(at, "an array of at least one; it is empty");
  for (std::size_t i = 0; i < at.node.items.size(); ++i) {
    const Place item{at.node.items[i], child_path(at.path, i), at.file};
    if (Done taken = take(item); !taken) return taken;
  }
  return done();
}

Done check_members(const Place& at, const std::vector<std::string_view>& known,
                   const std::vector<std::string_view>& required) {
  if (at.node.kind != Kind::object) return wrong_kind(at, "an object");
  for (const JsonMember& member : at.node.members) {
    if (std::find(known.begin(), known.end(), member.name) == known.end()) {
      return unknown_key(at, member.name, known);
    }
  }
  for (const std::string_view name : required) {
    if (has_member(at.node, name)) continue;
    return config_fault(at.file, child_path(at.path, name) + " is missing");
  }
  return done();
}

}  // namespace mdh
