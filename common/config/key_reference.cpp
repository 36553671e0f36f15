#include "common/config/key_reference.h"

namespace mdh {

bool operator==(const KeyReference& left, const KeyReference& right) {
  if (left.kind != right.kind || left.name != right.name) return false;
  if (!left.text || !right.text) return left.text == right.text;
  return *left.text == *right.text;
}

std::string described(const KeyReference& reference) {
  switch (reference.kind) {
    case KeyReference::Kind::credential:
      return "credential:" + reference.name;
    case KeyReference::Kind::environment:
      return "env:" + reference.name;
    case KeyReference::Kind::agent:
      return "agent:" + reference.name;
    case KeyReference::Kind::file:
    case KeyReference::Kind::text:
      break;
  }
  return reference.name;
}

}  // namespace mdh
