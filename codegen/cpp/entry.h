// The function of a variant that the runtime calls: it finds the buffers in the frame and calls the kernels in order.
#pragma once

#include <span>
#include <string>

#include "codegen/cpp/helpers.h"
#include "codegen/model_tables.h"
#include "ir/text/writer.h"

namespace burin::codegen::cpp {

// `kernel_names` are the kernels' functions, by KernelId.
void print_entry(const ir::Module& module, const VariantTables& tables, std::span<const std::string> kernel_names,
                 Helpers& helpers, ir::TextWriter& out);

}  // namespace burin::codegen::cpp
