// The process_* figures of GET /metrics, read from /proc/self. What cannot be read is 0.
#pragma once

#include "common/report/metrics.h"

namespace mdh {

ProcessFigures read_process_figures();

}  // namespace mdh
