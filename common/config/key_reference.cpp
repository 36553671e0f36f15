#include "common/config/key_reference.h"

namespace mdh {

bool operator==(const KeyReference& left, const KeyReference& right) {
  if (left.kind != right.kind || left.name != right.name) return false;
  if (!left.text || !right.text) return left.text == right.text;
  return *left.text == *right.text;
}

}  // namespace mdh
