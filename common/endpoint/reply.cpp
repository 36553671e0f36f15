#include "common/endpoint/reply.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "common/ascii.h"

namespace mdh {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 16> kPhrases{{
    {200, "OK"},
    {202, "Accepted"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Payload Too Large"},
    {414, "URI Too Long"},
    {417, "Expectation Failed"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
}};

void append_number(std::size_t number, std::string& out) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

bool before(const ReplyHeader& left, const ReplyHeader& right) {
  return std::lexicographical_compare(
      left.name.begin(), left.name.end(), right.name.begin(), right.name.end(),
      [](char a, char b) { return ascii_lower(a) < ascii_lower(b); });
}

// The credential documents' way: no field of its own, so nothing to sort and nothing to allocate.
void append_common_fields(const Reply& reply, bool close, std::string& out) {
  out += "Cache-Control: no-store\r\n";
  if (close) out += "Connection: close\r\n";
  out += "Content-Length: ";
  append_number(reply.content().size(), out);
  out += "\r\nContent-Type: ";
  out += reply.content_type;
  out += "\r\nX-Content-Type-Options: nosniff\r\n";
}

std::vector<ReplyHeader> reply_headers(const Reply& reply, bool close) {
  std::vector<ReplyHeader> fields = reply.headers;
  fields.push_back({"Cache-Control", "no-store"});
  if (close) fields.push_back({"Connection", "close"});
  fields.push_back({"Content-Length", std::to_string(reply.content().size())});
  fields.push_back({"Content-Type", std::string(reply.content_type)});
  fields.push_back({"X-Content-Type-Options", "nosniff"});
  std::sort(fields.begin(), fields.end(), before);
  return fields;
}

void append_all_fields(const Reply& reply, bool close, std::string& out) {
  for (const ReplyHeader& field : reply_headers(reply, close)) {
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
}

}  // namespace

std::string_view reason_phrase(int status) {
  for (const auto& [number, phrase] : kPhrases) {
    if (number == status) return phrase;
  }
  return "Unknown";
}

void append_reply(const Reply& reply, Framing framing, std::string& out) {
  out += "HTTP/1.1 ";
  append_number(static_cast<std::size_t>(reply.status), out);
  out += ' ';
  out += reason_phrase(reply.status);
  out += "\r\n";
  if (reply.headers.empty()) {
    append_common_fields(reply, framing.close, out);
  } else {
    append_all_fields(reply, framing.close, out);
  }
  out += "\r\n";
  if (!framing.head_only) out += reply.content();
}

}  // namespace mdh
