// What a PEM block holds, whatever its label says: for the message about one that cannot be read.
// Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace mdh {

// PemContent is a block's label, and the one that its content would have; both empty where the text
// has no block or its content is not known.
struct PemContent {
  std::string label;  // "RSA PRIVATE KEY"
  std::string meant;
  std::string kind;  // of the content: "an RSA private key", "a certificate"
};

// pem_content() looks into the first block of the text.
PemContent pem_content(std::string_view pem);

}  // namespace mdh
