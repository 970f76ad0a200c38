#include "tools/burin/commands/ops.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "frontend/onnx/graph/onnx_operators.h"
#include "frontend/onnx/operators/all.h"
#include "ir/graph/op.h"
#include "tools/burin/base/json_text.h"
#include "tools/burin/base/output_files.h"

namespace burin::tools {

std::vector<ImportedOperator> imported_operators() {
  std::vector<ImportedOperator> operators;
  for (const frontend::ImportRow& row : frontend::onnx_import_table().rows()) {
    std::string name = frontend::operator_name(row.domain, row.op_type);
    if (operators.empty() || operators.back().name != name) operators.push_back({std::move(name), {}, {}});
    operators.back().since.push_back(row.since);
    operators.back().operands.emplace_back(row.operands);
  }
  return operators;
}

namespace {

// {"onnx": [{"operator", "since": [..]}], "graph": [{"op", "doc"}]}
ir::Status write_ops_report(std::span<const ImportedOperator> operators, const std::filesystem::path& file) {
  Json json = {
      {"opset", frontend::kNewestOpset}, {"onnx", Json::array()}, {"schemas", Json::array()}, {"graph", Json::array()}};
  for (const ImportedOperator& each : operators) {
    json["onnx"].push_back({{"operator", each.name}, {"since", each.since}, {"operands", each.operands}});
  }
  for (const frontend::OnnxOperator& row : frontend::onnx_operators()) {
    json["schemas"].push_back({{"operator", row.name},
                               {"since", row.since},
                               {"operands", {row.least_operands, row.most_operands}},
                               {"results", {row.least_results, row.most_results}},
                               {"shared_types", row.shared_types},
                               {"attributes", row.attributes}});
  }
  for (const ir::OpInfo* op : ir::all_ops()) json["graph"].push_back({{"op", op->name}, {"doc", op->doc}});
  return write_output(file, json_text(json));
}

}  // namespace

std::string operators_markdown() {
  const std::vector<ImportedOperator> operators = imported_operators();
  std::string text =
      "# Operators\n\nMade by `burin ops --markdown` from the tables in frontend/onnx and ir/ops; a test compares.\n";
  text += fmt::format("\n## ONNX operators that are imported: {}\n\n", operators.size());
  text += "Versions are the opsets at which an operator's meaning changed and that have an import of their own.\n\n";
  text += "| operator | versions |\n|---|---|\n";
  for (const ImportedOperator& each : operators) {
    text += fmt::format("| {} | {} |\n", each.name, fmt::join(each.since, ", "));
  }
  text +=
      fmt::format("\n## Graph ops that they become: {}\n\n| op | operands | meaning | outside |\n|---|---|---|---|\n",
                  ir::all_ops().size());
  for (const ir::OpInfo* op : ir::all_ops()) {
    const std::string most = op->most_operands == INT32_MAX ? "any" : std::to_string(op->most_operands);
    const std::string operands =
        op->least_operands == op->most_operands ? most : fmt::format("{} to {}", op->least_operands, most);
    std::string doc(op->doc);
    for (size_t at = 0; (at = doc.find('|', at)) != std::string::npos; at += 2) doc.insert(at, 1, '\\');
    text += fmt::format("| {} | {} | {} | {} |\n", op->name, operands, doc, op->outside);
  }
  return text;
}

ExitCode list_ops(const Options& options) {
  ir::Status status;
  if (options.json) {
    status = write_ops_report(imported_operators(), *options.json);
  } else if (options.markdown) {
    status = print(operators_markdown());
  } else {
    std::string text;
    for (const ImportedOperator& each : imported_operators()) {
      text += fmt::format("{:<44} since {}\n", each.name, fmt::join(each.since, ", "));
    }
    text += fmt::format("{} ONNX operators, {} graph ops\n", imported_operators().size(), ir::all_ops().size());
    status = print(text);
  }
  return status ? kDone : report("burin", status.faults());
}

}  // namespace burin::tools
