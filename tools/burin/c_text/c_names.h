// Names of a model's tensors and symbols as C identifiers, each once: what the typed header and the example share.
#pragma once

#include <string>
#include <vector>

#include "tools/burin/data/description.h"

namespace burin::tools {

struct CNames {
  std::string prefix;                // "digits": of functions and types
  std::string function;              // "burin_model_digits"
  std::string header;                // "digits.h"
  std::string upper;                 // "DIGITS": of constants
  std::vector<std::string> inputs;   // "in_image": no C keyword or macro starts like that
  std::vector<std::string> outputs;  // "out_probabilities"
  std::vector<std::string> symbols;  // "dim_N"; of input shapes only
};

CNames c_names(const ModelDescription& model);

// The C type of an element: "float"; f16 and bf16 are their bits, a bool is a byte of 0 or 1.
std::string_view c_type(ir::ElementType element);

// A dimension of an input in C: a number or the name of its symbol.
std::string c_dimension(int64_t dim, const CNames& names);

}  // namespace burin::tools
