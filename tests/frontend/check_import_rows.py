"""Compares the rows of burin's import table with ONNX's own schemas: operands, definitions and the newest opset.

usage: check_import_rows.py BURIN
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import onnx.defs

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import onnx_operators  # noqa: E402

MOST = 32  # operands looked at


def operands_of_row(row):
    """Which operands a row needs, and which it allows."""
    fixed = row[:-2] if row.endswith("*") else row
    needed = {i for i, mark in enumerate(fixed) if mark == "1"}
    return needed, set(range(MOST if row.endswith("*") else len(fixed)))


def operands_of_schema(schema):
    is_needed = {"Single": lambda i: True, "Optional": lambda i: False, "Variadic": lambda i: i < schema.min_input}
    needed = {i for i, operand in enumerate(schema.inputs) if is_needed[operand.option.name](i)}
    return needed, set(range(min(schema.max_input, MOST)))


def covered(schemas, since, until):
    """The schemas in force at opsets from `since` on, before `until`."""
    ends = [schema.since_version for schema in schemas[1:]] + [float("inf")]
    return [schema for schema, end in zip(schemas, ends) if end > since and schema.since_version < until]


def faults_of(operator, schemas):
    sinces = operator["since"]
    untils = sinces[1:] + [float("inf")]
    for since, until, operands in zip(sinces, untils, operator["operands"]):
        needed, allowed = operands_of_row(operands)
        for schema in covered(schemas, since, until):
            needed_by_onnx, allowed_by_onnx = operands_of_schema(schema)
            if not (needed <= needed_by_onnx and allowed_by_onnx <= allowed):
                yield f"expected operands of version {schema.since_version} to be let pass, found {operands}"


def schema_faults(table):
    """What burin holds of ONNX's own schemas is what tools/onnx_operators.py writes."""
    found = [
        [row["operator"], row["since"], [*row["operands"], *row["results"], row["shared_types"], row["attributes"]]] for row in table["schemas"]
    ]
    expected = [[name, since, list(definition)] for name, since, definition in onnx_operators.operators()]
    for row in expected:
        if row not in found:
            yield f"{row[0]}: expected version {row[1]} as {row[2]}, found none; run tools/onnx_operators.py"
    if len(found) != len(expected):
        yield f"expected {len(expected)} definitions of operators, found {len(found)}"


def main(burin):
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "ops.json"
        subprocess.run([burin, "ops", "--json", report], check=True)
        table = json.loads(report.read_text())
    schemas = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "":
            schemas.setdefault(schema.name, []).append(schema)
    faults = []
    if table["opset"] != onnx.defs.onnx_opset_version():
        faults.append(f"expected newest opset {onnx.defs.onnx_opset_version()}, found {table['opset']}")
    for operator in table["onnx"]:
        known = sorted(schemas.get(operator["operator"], []), key=lambda schema: schema.since_version)
        if known:  # not one of ONNX Runtime's own
            faults += [f"{operator['operator']}: {fault}" for fault in faults_of(operator, known)]
    faults += schema_faults(table)
    print("\n".join(faults) or f"{len(table['onnx'])} operators are as in onnx {onnx.__version__}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
