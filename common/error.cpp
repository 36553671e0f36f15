#include "common/error.h"

namespace mdh {

std::string_view name(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::config:
      return "config";
    case ErrorClass::refused:
      return "refused";
    case ErrorClass::throttled:
      return "throttled";
    case ErrorClass::unreachable:
      return "unreachable";
    case ErrorClass::malformed:
      return "malformed";
    case ErrorClass::storage:
      return "storage";
  }
  return "unknown";
}

std::string_view name(Stage stage) {
  switch (stage) {
    case Stage::config:
      return "config";
    case Stage::key:
      return "key";
    case Stage::token:
      return "token";
    case Stage::exchange:
      return "exchange";
    case Stage::file:
      return "file";
    case Stage::endpoint:
      return "endpoint";
  }
  return "unknown";
}

}  // namespace mdh
