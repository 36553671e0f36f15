// The JSON documents that SDKs read: credentials in the container form and in IMDS', the identity
// document, errors. Every value is a string, escaped, never null and never empty. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/credentials.h"
#include "common/endpoint/reply.h"

namespace mdh {

// is_presentable() is true of a set that a client can use: no value empty, none so long that the
// document would pass the 9,500 bytes that the strictest client reads (aws-c-auth: 10,000). What is
// not presentable is never served; the two documents below abort on it.
bool is_presentable(const Credentials& credentials);
// container_document() is exactly AccessKeyId, SecretAccessKey, Token, Expiration (R12, R13).
Secret container_document(const Credentials& credentials);
// imds_document() adds Code "Success", LastUpdated (when the set was received) and Type "AWS-HMAC".
Secret imds_document(const Credentials& credentials);
// identity_document() is {"region":…,"availabilityZone":…}; no account id, as none is known.
std::string identity_document(std::string_view region);

// token_document() is {"file":PATH}: where the caller's token is.
std::string token_document(std::string_view file);

// error_body() is {"code":C,"message":M,"Code":C,"Message":M} on one line, under 1 kB: Java reads
// the lower case, JS v3 the upper. A long message is cut.
std::string error_body(std::string_view code, std::string_view message);
// error_reply() is error_body() with a status, as application/json.
Reply error_reply(int status, std::string_view code, std::string_view message);
// unavailable_reply() is a 503 whose Retry-After is 1 and never more: JS v2 and Go v1 sleep for it
// at every attempt.
Reply unavailable_reply(std::string_view code, std::string_view message);
// text_reply() is a line of plain text without its newline: token, role and region are read raw.
Reply text_reply(int status, std::string_view text);

}  // namespace mdh
