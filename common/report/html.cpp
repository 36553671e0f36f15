#include "common/report/html.h"

namespace mdh {

Html Html::text(std::string_view text) {
  Html safe;
  safe.text_.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        safe.text_ += "&amp;";
        break;
      case '<':
        safe.text_ += "&lt;";
        break;
      case '>':
        safe.text_ += "&gt;";
        break;
      case '"':
        safe.text_ += "&quot;";
        break;
      case '\'':
        safe.text_ += "&#39;";
        break;
      default:
        safe.text_ += c;
    }
  }
  return safe;
}

Html Html::number(long long number) {
  Html digits;
  digits.text_ = std::to_string(number);
  return digits;
}

Html Html::asset(std::string_view embedded) {
  Html part;
  part.text_ = embedded;
  return part;
}

Html& Html::operator+=(const Html& more) {
  text_ += more.text_;
  return *this;
}

Html& Html::operator+=(Markup markup) {
  text_ += markup.text();
  return *this;
}

}  // namespace mdh
