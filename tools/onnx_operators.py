#!/usr/bin/env python3
"""Writes frontend/onnx/graph/onnx_operators.cpp from the schemas of the onnx package.

usage: .venv/bin/python tools/onnx_operators.py > frontend/onnx/graph/onnx_operators.cpp && tools/format
"""

import onnx.defs

CODES = {
    "FLOAT": "f", "INT": "i", "STRING": "s", "TENSOR": "t", "GRAPH": "g", "SPARSE_TENSOR": "p", "TYPE_PROTO": "y",
    "FLOATS": "F", "INTS": "I", "STRINGS": "S",
}  # fmt: skip
ANY = 255  # stands for any number

TOP = """// ONNX's operators as its schemas define them. Written by tools/onnx_operators.py; a test compares the table with the onnx package.
#include "frontend/onnx/graph/onnx_operators.h"

namespace burin::frontend {
namespace {

constexpr OnnxOperator kOperators[] = {
    // clang-format off
"""

BOTTOM = """    // clang-format on
};

}  // namespace

std::span<const OnnxOperator> onnx_operators() { return kOperators; }

}  // namespace burin::frontend
"""


def shared_types(schema):
    """A letter per operand: those with the same one have the same element type; "." is a type of its own."""
    variadic = schema.max_input > len(schema.inputs)
    names = [
        operand.type_str if operand.is_homogeneous and not operand.type_str.startswith(("tensor(", "seq(")) else None
        for operand in schema.inputs
    ]
    counts = {name: names.count(name) + (variadic and name == names[-1]) for name in names if name}
    letters = {}
    text = ""
    for name in names:
        is_shared = counts.get(name, 0) > 1
        text += letters.setdefault(name, "abcdefgh"[len(letters)]) if is_shared else "."
    return text if variadic else text.rstrip(".")


def definition(schema):
    attributes = [
        f"{name}:{CODES[attribute.type.name]}{'!' if attribute.required else ''}"
        for name, attribute in sorted(schema.attributes.items())
    ]
    return (
        schema.min_input, min(schema.max_input, ANY), schema.min_output, min(schema.max_output, ANY),
        shared_types(schema), " ".join(attributes),
    )  # fmt: skip


def operators():
    """Rows (name, version, definition), those left out that define nothing new."""
    schemas = [schema for schema in onnx.defs.get_all_schemas_with_history() if schema.domain == ""]
    rows = []
    for schema in sorted(schemas, key=lambda schema: (schema.name, schema.since_version)):
        row = (schema.name, schema.since_version, definition(schema))
        if not rows or (rows[-1][0], rows[-1][2]) != (row[0], row[2]):
            rows.append(row)
    return rows


def lines_of(text, width=100):
    """`text` in pieces that fit a line, each a string literal."""
    pieces = [""]
    for word in text.split(" "):
        if len(pieces[-1]) + len(word) > width:
            pieces.append("")
        pieces[-1] += word + " "
    pieces[-1] = pieces[-1].rstrip(" ")
    return "\n     ".join(f'"{piece}"' for piece in pieces)


def main():
    print(TOP, end="")
    for name, since, (least_in, most_in, least_out, most_out, types, attributes) in operators():
        head = f'    {{"{name}", {since}, {least_in}, {most_in}, {least_out}, {most_out}, "{types}",'
        tail = lines_of(attributes)
        gap = " " if "\n" not in tail and len(head) + len(tail) < 117 else "\n     "
        print(f"{head}{gap}{tail}}},")
    print(BOTTOM, end="")


if __name__ == "__main__":
    main()
