#include "common/endpoint/documents.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace mdh {
namespace {

constexpr std::size_t kMostValueBytes = 9000;
constexpr std::size_t kMostMessageBytes = 400;

// Straight into the Secret: no copy of a key is left behind in a JSON library's heap.
void append_quoted(std::string_view text, Secret& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.append("\"");
  for (const char& c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out.append("\\");
    if (code >= 0x20) {
      out.append({&c, 1});
      continue;
    }
    const char escape[] = {'\\', 'u', '0', '0', kDigits[code >> 4], kDigits[code & 0x0f]};
    out.append({escape, sizeof escape});
  }
  out.append("\"");
}

void append_member(std::string_view name, std::string_view value, Secret& out) {
  out.append(out.empty() ? "{\"" : ",\"");
  out.append(name);
  out.append("\":");
  append_quoted(value, out);
}

void append_keys(const Credentials& credentials, Secret& out) {
  append_member("AccessKeyId", credentials.access_key_id, out);
  append_member("SecretAccessKey", credentials.secret_access_key.reveal(), out);
  append_member("Token", credentials.session_token.reveal(), out);
  append_member("Expiration", format_rfc3339(credentials.expiration), out);
  out.append("}");
}

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view cut(std::string_view message) {
  if (message.size() <= kMostMessageBytes) return message;
  std::size_t end = kMostMessageBytes;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
  return message.substr(0, end);
}

}  // namespace

bool is_presentable(const Credentials& credentials) {
  const std::size_t bytes = credentials.access_key_id.size() +
                            credentials.secret_access_key.size() + credentials.session_token.size();
  return !credentials.access_key_id.empty() && !credentials.secret_access_key.empty() &&
         !credentials.session_token.empty() && bytes <= kMostValueBytes;
}

Secret container_document(const Credentials& credentials) {
  if (!is_presentable(credentials)) std::abort();
  Secret document;
  append_keys(credentials, document);
  return document;
}

Secret imds_document(const Credentials& credentials) {
  if (!is_presentable(credentials)) std::abort();
  Secret document;
  append_member("Code", "Success", document);
  append_member("LastUpdated", format_rfc3339(credentials.received), document);
  append_member("Type", "AWS-HMAC", document);
  append_keys(credentials, document);
  return document;
}

std::string identity_document(std::string_view region) {
  if (region.empty()) std::abort();
  return "{\"region\":" + json_string(region) +
         ",\"availabilityZone\":" + json_string(std::string(region) + "a") + "}";
}

std::string token_document(std::string_view file) {
  return "{\"file\":" + json_string(file) + "}";
}

std::string error_body(std::string_view code, std::string_view message) {
  if (code.empty() || message.empty()) std::abort();
  const std::string c = json_string(code);
  const std::string m = json_string(cut(message));
  return "{\"code\":" + c + ",\"message\":" + m + ",\"Code\":" + c + ",\"Message\":" + m + "}";
}

Reply error_reply(int status, std::string_view code, std::string_view message) {
  return {status, kJson, error_body(code, message)};
}

Reply unavailable_reply(std::string_view code, std::string_view message) {
  Reply reply = error_reply(503, code, message);
  reply.headers.push_back({"Retry-After", "1"});
  return reply;
}

Reply text_reply(int status, std::string_view text) {
  return {status, kPlainText, std::string(text)};
}

}  // namespace mdh
