// The body of a reply of upstream, as far as this program needs it: the texts and numbers at the
// top level of a JSON object, under the names that it knows; what is nested is read over and never
// kept, however deep or wide. What the service says in words is told as it may be shown. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/secret.h"
#include "common/upstream/http.h"

namespace mdh {

class ReplyBody {
 public:
  // The constructor reads the body of `reply`; nesting deeper than 64 ends the reading.
  explicit ReplyBody(const UpstreamReply& reply);

  // is_object() tells whether there is a JSON object.
  bool is_object() const { return object_; }
  // kind() is what came: "a JSON object", "other JSON", "JSON nested too deeply", "no JSON", "an
  // HTML page", "an XML document", "no body".
  std::string_view kind() const { return kind_; }

  // take() moves a text out; empty when there is none under that name.
  Secret take(std::string_view name);
  // text() lends a text; empty as take().
  std::string_view text(std::string_view name) const;
  // number() is a number under that name.
  std::optional<double> number(std::string_view name) const;

  // error_code() is the `error` of RFC 6749 section 5.2, when it is one: visible, 64 bytes at most.
  std::string error_code() const;
  // words() is what the service says of itself (error_description of RFC 6749; title and detail of
  // RFC 9457; message): one line of printable ASCII, 200 bytes at most, with whatever may be a
  // secret in it left out. Empty when it says nothing.
  std::string words() const;

 private:
  class Reader;
  std::map<std::string, Secret, std::less<>> texts_;
  std::map<std::string, double, std::less<>> numbers_;
  std::string_view kind_ = "no JSON";
  bool object_ = false;
};

}  // namespace mdh
