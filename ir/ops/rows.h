// The rows of all ops, sorted by name: declared here, defined in ir/ops/<op>.cpp, listed in ir/ops/all.cpp. A row that is
// declared and listed but not defined fails to link. Attribute structs are here too, since importers fill them in.
#pragma once

#include "ir/attributes.h"
#include "ir/op.h"

namespace burin::ir {}
