#include "common/upstream/reply_body.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/ascii.h"

namespace mdh {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 64;
constexpr std::size_t kLongestWords = 200;
constexpr std::size_t kLongestCode = 64;

constexpr std::array<std::string_view, 14> kNames{
    "access_token", "expires_in",      "error",        "error_description", "title",
    "detail",       "message",         "Message",      "errorMessage",      "error_message",
    "AccessKeyId",  "SecretAccessKey", "SessionToken", "Expiration"};

std::string_view kind_of_markup(std::string_view body) {
  std::string start(body.substr(0, 512));
  std::transform(start.begin(), start.end(), start.begin(), ascii_lower);
  for (const std::string_view sign : {"<html", "<!doctype html", "<head", "<body", "<title"}) {
    if (contains(start, sign)) return "an HTML page";
  }
  return start.starts_with("<?xml") || contains(start, "xmlns") || contains(start, "<error")
             ? "an XML document"
             : "an HTML page";
}

bool of_a_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("+/_=.~-").find(c) != std::string_view::npos;
}

// Tokens, keys and signatures are long and hold digits; what people are told is not.
bool may_be_secret(std::string_view word) {
  constexpr std::size_t kLongestWord = 23;
  constexpr std::size_t kShortestKeyId = 16;
  if (word.size() >= kShortestKeyId) {
    for (const std::string_view opening : {"AKIA", "ASIA", "eyJ"}) {
      if (word.starts_with(opening)) return true;
    }
  }
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return word.size() > 2 * kLongestWord ||
         (word.size() > kLongestWord && std::any_of(word.begin(), word.end(), digit));
}

std::string without_secrets(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto end = std::find_if_not(text.begin(), text.end(), of_a_word);
    const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    shown += may_be_secret(word) ? std::string_view("(...)") : word;
    text.remove_prefix(word.size());
    if (text.empty()) break;
    shown += text.front();
    text.remove_prefix(1);
  }
  return shown;
}

// One line of printable ASCII; a character beyond it becomes one question mark.
std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool begins = byte < 0x80 || byte >= 0xc0;
    const char shown = byte >= 0x80 ? '?' : byte < ' ' || byte == 0x7f ? ' ' : c == '"' ? '\'' : c;
    if (!begins || (shown == ' ' && (line.empty() || line.back() == ' '))) continue;
    line += shown;
  }
  return std::string(trimmed(line));
}

std::string shortened(std::string text) {
  if (text.size() <= kLongestWords) return text;
  text.resize(kLongestWords - 3);
  return text + "...";
}

}  // namespace

// Takes the library's events (its SAX interface).
class ReplyBody::Reader {
 public:
  explicit Reader(ReplyBody& out) : out_(out) {}

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(std::int64_t value) { return keep(static_cast<double>(value)); }
  bool number_unsigned(std::uint64_t value) { return keep(static_cast<double>(value)); }
  bool number_float(double value, const std::string&) { return keep(value); }
  bool string(std::string& value) {
    if (wanted()) out_.texts_.insert_or_assign(std::string(name_), Secret::take(value));
    return true;
  }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) {
    if (depth_ == 0) out_.object_ = true;
    return deeper();
  }
  bool start_array(std::size_t) { return deeper(); }
  bool end_object() { return --depth_, true; }
  bool end_array() { return --depth_, true; }
  bool key(std::string& name) {
    if (depth_ != 1) return true;
    const auto known = std::find(kNames.begin(), kNames.end(), name);
    name_ = known == kNames.end() ? std::string_view() : *known;
    // Of a name given twice the last counts, whatever its type.
    if (const auto old = out_.texts_.find(name_); old != out_.texts_.end()) out_.texts_.erase(old);
    if (const auto old = out_.numbers_.find(name_); old != out_.numbers_.end()) {
      out_.numbers_.erase(old);
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) { return false; }

  bool too_deep() const { return depth_ > kDeepest; }

 private:
  bool wanted() const { return depth_ == 1 && out_.object_ && !name_.empty(); }
  bool keep(double value) {
    if (wanted()) out_.numbers_.insert_or_assign(std::string(name_), value);
    return true;
  }
  bool deeper() { return ++depth_ <= kDeepest; }

  ReplyBody& out_;
  std::string_view name_;
  int depth_ = 0;
};

ReplyBody::ReplyBody(const UpstreamReply& reply) {
  const std::string_view body = trimmed(reply.body.reveal());
  if (body.empty()) kind_ = "no body";
  if (body.starts_with('<')) kind_ = kind_of_markup(body);
  if (body.empty() || body.starts_with('<')) return;
  Reader reader(*this);
  if (Json::sax_parse(body, &reader)) {
    kind_ = object_ ? "a JSON object" : "other JSON";
    return;
  }
  if (reader.too_deep()) kind_ = "JSON nested too deeply";
  object_ = false;
  texts_.clear();
  numbers_.clear();
}

Secret ReplyBody::take(std::string_view name) {
  const auto found = texts_.find(name);
  return found == texts_.end() ? Secret() : std::move(found->second);
}

std::string_view ReplyBody::text(std::string_view name) const {
  const auto found = texts_.find(name);
  return found == texts_.end() ? std::string_view() : found->second.reveal();
}

std::optional<double> ReplyBody::number(std::string_view name) const {
  const auto found = numbers_.find(name);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::string ReplyBody::error_code() const {
  const std::string_view code = text("error");
  return visible(code) && code.size() <= kLongestCode && !may_be_secret(code) ? std::string(code)
                                                                              : std::string();
}

std::string ReplyBody::words() const {
  std::string said;
  for (const char* name : {"error_description", "title", "detail", "message", "Message",
                           "errorMessage", "error_message", "error"}) {
    const bool code = std::string_view(name) == "error";
    if (!said.empty() && std::string_view(name) != "detail") break;
    const std::string line = code && !error_code().empty() ? "" : on_one_line(text(name));
    if (!line.empty()) said += (said.empty() ? "" : ": ") + line;
  }
  return shortened(without_secrets(said));
}

}  // namespace mdh
