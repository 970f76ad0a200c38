// The rows of all ops: declared in the headers below, defined in ir/ops/<op>.cpp, listed in ir/ops/all.cpp. A row that is
// declared and listed but not defined fails to link. Attribute structs are there too, since importers fill them in.
#pragma once

#include "ir/ops/control.h"
#include "ir/ops/indexing.h"
#include "ir/ops/movement.h"
#include "ir/ops/numeric.h"
#include "ir/ops/sampling.h"
