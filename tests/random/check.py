"""Runs burin on a case and says how it ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from enum import Enum

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
TIMEOUT = 60.0


class Outcome(Enum):
    PASS = "pass"
    UNSUPPORTED = "unsupported"
    REFUSED = "refused though valid"
    DIFFERS = "differs"
    CRASH = "crash"
    OVERRUN = "overrun"
    HANG = "hang"
    LEFTOVER = "left files"


FINDS = (Outcome.REFUSED, Outcome.DIFFERS, Outcome.CRASH, Outcome.OVERRUN, Outcome.HANG, Outcome.LEFTOVER)


@dataclass(frozen=True)
class Result:
    outcome: Outcome
    detail: str = ""

    @property
    def is_find(self) -> bool:
        return self.outcome in FINDS

    @property
    def kind(self) -> str:
        """The detail without what differs from model to model: names, numbers, shapes."""
        if self.outcome is Outcome.DIFFERS:
            return self.outcome.value
        text = re.sub(r'"[^"]*"', '""', self.detail)
        text = re.sub(r"test_data_set_\d+: ", "", text)
        text = re.sub(r"\[[^]]*\]|\([a-zA-Z_]*\d[^)]*\)", "[]", text)
        return f"{self.outcome.value}: {re.sub(r'-?[0-9]+([.][0-9]+)?', '0', text)}"[:160]


def run_burin(command: list[str], timeout: float = TIMEOUT) -> tuple[int | None, str, str]:
    """Exit code (None: it did not end; negative: a signal), standard output, standard error."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
        start_new_session=True,
    )  # fmt: skip
    try:
        out, err = process.communicate(timeout=timeout)
        return process.returncode, out, err
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None, "", ""


def last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def first_fault(text: str) -> str:
    faults = [line for line in text.splitlines() if "error" in line or "expected" in line or "fault" in line]
    return (faults[0] if faults else last_line(text)).strip()


def verify(burin: str, folder: str, flags: list[str], timeout: float = TIMEOUT) -> Result:
    """`burin verify` of the model in a folder with all of its data."""
    code, out, err = run_burin([burin, "verify", os.path.join(folder, "model.onnx"), "--data", folder, *flags], timeout)
    if code is None:
        return Result(Outcome.HANG, f"no end within {timeout:g} s")
    line = last_line(out)
    detail = line.split(": ", 1)[1] if ": " in line else first_fault(err)
    if code < 0:
        name = signal.Signals(-code).name
        return Result(Outcome.CRASH, f"{name}: {first_fault(err)}")
    if "between the guard pages" in out + err:
        return Result(Outcome.OVERRUN, detail or first_fault(err))
    if code == 0 and line.startswith("PASS"):
        return Result(Outcome.PASS)
    if code == 1 and line.startswith("UNSUPPORTED"):
        return Result(Outcome.UNSUPPORTED, detail)
    if code == 1 and 'output "' in detail and "differ" in detail or "expected shape" in detail or "expected type" in detail:
        return Result(Outcome.DIFFERS, detail)
    if code == 1:
        return Result(Outcome.REFUSED, detail or first_fault(err))
    return Result(Outcome.CRASH, f"exit code {code}: {first_fault(err) or detail}")


def check_passes(burin: str, folder: str, flags: list[str]) -> Result:
    code, _, err = run_burin([burin, "compile", os.path.join(folder, "model.onnx"), "--check-passes", "--emit", "loops", *flags])
    if code == 0:
        return Result(Outcome.PASS)
    return Result(Outcome.CRASH, f"--check-passes ends with exit code {code}: {first_fault(err)}")


def compiles_and_cleans(burin: str, folder: str, flags: list[str]) -> tuple[int | None, str, list[str]]:
    """Compiles a model as a library; the exit code, the first fault, and the files that it left."""
    with tempfile.TemporaryDirectory(prefix="burin_random_") as output:
        code, _, err = run_burin([burin, "compile", os.path.join(folder, "model.onnx"), "-o", output, *flags])
        left = [os.path.join(where, file) for where, _, files in os.walk(output) for file in files]
        return code, first_fault(err), left
