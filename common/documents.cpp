#include "common/documents.h"

#include <cstdlib>

namespace mdh {
namespace {

// Appended piece by piece to a Secret, so that no JSON library leaves a copy of a key behind.
class Document {
 public:
  void add(std::string_view key, std::string_view value) {
    if (value.empty()) std::abort();  // an empty key answered as 200 is the field's first bug
    text_.append(text_.empty() ? "{\"" : ",\"");
    text_.append(key);
    text_.append("\":");
    std::string quoted = json_string(value);
    text_.append(quoted);
    wipe(quoted);
  }
  Secret end() && {
    text_.append("}");
    return std::move(text_);
  }

 private:
  Secret text_;
};

void add_keys(Document& document, const Credentials& credentials) {
  document.add("AccessKeyId", credentials.access_key_id);
  document.add("SecretAccessKey", credentials.secret_access_key.reveal());
  document.add("Token", credentials.session_token.reveal());
  document.add("Expiration", format_rfc3339(credentials.expiration));
}

}  // namespace

Secret container_document(const Credentials& credentials) {
  Document document;
  add_keys(document, credentials);
  return std::move(document).end();
}

Secret imds_document(const Credentials& credentials, WallTime last_updated) {
  Document document;
  document.add("Code", "Success");
  document.add("LastUpdated", format_rfc3339(last_updated));
  document.add("Type", "AWS-HMAC");
  add_keys(document, credentials);
  return std::move(document).end();
}

std::string identity_document(std::string_view region) {
  return "{\"region\":" + json_string(region) + "}";
}

std::string error_document(std::string_view code, std::string_view message) {
  const std::string c = json_string(code);
  const std::string m = json_string(message);
  return "{\"code\":" + c + ",\"message\":" + m + ",\"Code\":" + c + ",\"Message\":" + m + "}";
}

std::string json_string(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20) {
      quoted.append("\\u00").append(1, kHex[byte >> 4]).append(1, kHex[byte & 0x0f]);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace mdh
