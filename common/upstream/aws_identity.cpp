#include "common/upstream/aws_identity.h"

#include <algorithm>

namespace mdh {
namespace {

// The text of the first element of that name; AWS' answers nest no two of one name.
std::string element(std::string_view xml, const std::string& name) {
  const std::string open = "<" + name + ">";
  const std::size_t from = xml.find(open);
  if (from == xml.npos) return {};
  const std::size_t to = xml.find("</" + name + ">", from);
  if (to == xml.npos) return {};
  std::string text(xml.substr(from + open.size(), to - from - open.size()));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c == 0x7f; }, ' ');
  return text.substr(0, 300);
}

Error not_aws(int status) {
  return {ErrorClass::malformed, Stage::exchange,
          "what answers in the place of AWS STS is not it: HTTP " + std::to_string(status),
          "see whether a proxy or a sign-in page answers, and AWS_ENDPOINT_URL_STS"};
}

}  // namespace

std::string sts_endpoint(const std::string& region) {
  return "https://sts." + region + ".amazonaws.com" + (region.starts_with("cn-") ? ".cn" : "");
}

UpstreamRequest identity_request(const Credentials& set, const std::string& region,
                                 const std::string& endpoint) {
  UpstreamRequest request;
  request.url = endpoint + "/";
  request.headers = {{"X-Amz-Security-Token", std::string(set.session_token.reveal())}};
  request.body = Secret("Action=GetCallerIdentity&Version=2011-06-15");
  request.aws =
      AwsSigning{region, "sts", set.access_key_id, Secret(set.secret_access_key.reveal())};
  return request;
}

Result<AwsIdentity> read_identity(const UpstreamReply& reply) {
  const std::string_view xml = reply.body.reveal();
  AwsIdentity identity{element(xml, "Account"), element(xml, "Arn")};
  if (reply.status == 200 && !identity.account.empty() && !identity.arn.empty()) return identity;
  const std::string code = element(xml, "Code");
  if (code.empty()) return not_aws(reply.status);
  return Error{ErrorClass::refused, Stage::exchange,
               "AWS refuses it: " + code + ", " + element(xml, "Message"), ""};
}

}  // namespace mdh
