// How much work evaluating a program of nests is (ir/run/evaluate.h), before it is begun.
#pragma once

#include <cstdint>

#include "ir/nest/nest.h"

namespace burin::passes {

// Points that the nests visit, all together; trip counts that are not known are taken at their bounds. INT64_MAX where
// that is more or nothing bounds it.
int64_t points_of(const ir::Program& program);

}  // namespace burin::passes
