// A value or the Error that stands in its place; must be looked at. Their bad input becomes an
// Error; asking the wrong side is our bug and aborts, in every build. No thread safety of its own.
#pragma once

#include <cstdlib>
#include <utility>
#include <variant>

#include "common/error.h"

namespace mdh {

template <typename T>
class [[nodiscard]] Result {
 public:
  // NOLINTBEGIN(google-explicit-constructor): either side is returned as it is.
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  // ok() tells which side is there.
  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // value() is the good side; abort()s without one.
  T& value() & {
    T* held = std::get_if<0>(&held_);
    if (held == nullptr) std::abort();
    return *held;
  }
  const T& value() const& {
    const T* held = std::get_if<0>(&held_);
    if (held == nullptr) std::abort();
    return *held;
  }
  T&& value() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

  // error() is the bad side; abort()s without one.
  const Error& error() const {
    const Error* held = std::get_if<1>(&held_);
    if (held == nullptr) std::abort();
    return *held;
  }

 private:
  std::variant<T, Error> held_;
};

// Done is what a step without a value returns: `return done();` or an Error.
using Done = Result<std::monostate>;
inline Done done() {
  return std::monostate{};
}

}  // namespace mdh
