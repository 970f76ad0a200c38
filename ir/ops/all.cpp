#include "ir/ops/rows.h"

namespace burin::ir {
namespace {

// Sorted by name.
constexpr const OpInfo* kOps[] = {
    &kConcat,   &kDimensions, &kExpand,  &kGather, &kGatherElements,
    &kGatherNd, &kIdentity,   &kReshape, &kSlice,  &kTranspose,
};

}  // namespace

std::span<const OpInfo* const> all_ops() { return kOps; }

}  // namespace burin::ir
