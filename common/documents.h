// The JSON documents that SDKs read, rendered from values: container form, IMDS form, identity
// document, errors in both casings. Dates are the true ones, floored to the second. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/credentials.h"
#include "common/secret.h"

namespace mdh {

// container_document() holds exactly AccessKeyId, SecretAccessKey, Token and Expiration (CLIENTS
// R12). An empty value never leaves: abort()s on credentials without one.
Secret container_document(const Credentials& credentials);
// imds_document() is EC2's form with Code, LastUpdated and Type (CLIENTS R21).
Secret imds_document(const Credentials& credentials, WallTime last_updated);
// identity_document() is what the SDKs read of /latest/dynamic/instance-identity/document: the
// region (the account's number is not known).
std::string identity_document(std::string_view region);
// error_document() has both casings, on one line: {"code":C,"message":M,"Code":C,"Message":M}.
std::string error_document(std::string_view code, std::string_view message);
// json_string() is the text in quotes, escaped (RFC 8259 section 7); bytes above 0x7f as they are.
std::string json_string(std::string_view text);

}  // namespace mdh
