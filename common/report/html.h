// HTML as a type of its own: what upstream, a file or a user said comes in as text and is escaped;
// markup comes from literals of this program alone. A value. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mdh {

// Markup is a literal known when the program is compiled, taken as it is.
class Markup {
 public:
  consteval Markup(const char* literal) : text_(literal) {}  // NOLINT: implicit on purpose
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

class Html {
 public:
  Html() = default;
  Html(Markup markup) : text_(markup.text()) {}  // NOLINT: implicit on purpose

  // text() is any text, fit for content and for a quoted attribute; number() its digits.
  static Html text(std::string_view text);
  static Html number(long long number);
  // asset() is a part of the page that the build embedded: its style sheet, its script.
  static Html asset(std::string_view embedded);

  Html& operator+=(const Html& more);
  Html& operator+=(Markup markup);
  friend Html operator+(Html left, const Html& right) { return left += right; }
  friend Html operator+(Html left, Markup right) { return left += right; }
  friend Html operator+(Markup left, const Html& right) { return Html(left) += right; }

  bool empty() const { return text_.empty(); }
  const std::string& str() const { return text_; }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace mdh
