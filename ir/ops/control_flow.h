// Ops with regions: what runs is decided by data. A region sees the values around it, and its types are inferred before its op's.
#pragma once

#include "ir/op.h"

namespace burin::ir {

extern const OpInfo kIf, kLoop;

}  // namespace burin::ir
