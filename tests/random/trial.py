"""One seed from its model to its outcome, in processes of their own: the runtime may crash on what is drawn, too."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import onnx

import check
import model
import mutants
from check import Outcome, Result

GENERATION_TIMEOUT = 60.0
GENERATOR_FAULT = 70  # a child's exit code
SLOW_TIMEOUT = 300.0  # by the system's compiler, an emulator or an interpreter


@dataclass(frozen=True)
class Settings:
    burin: str
    scratch: str
    family: str | None
    makes_mutants: bool
    guard: tuple[str, ...]  # flags of the guarded run, where this burin has them
    emulator: str | None  # None: no aarch64 compiler or no qemu here
    reference: str | None = None  # another burin: what it finds too is dropped


@dataclass
class Trial:
    """What one model came to."""

    seed: int
    family: str
    name: str  # the folder below scratch
    result: Result | None  # None: not compared, for the reason in `dropped`
    dropped: str = ""
    flags: list[str] = field(default_factory=list)
    coverage: Counter[str] = field(default_factory=Counter)
    runtime_refuses: bool = False


def in_a_child(work: Callable[[], dict[str, Any]], report: str) -> dict[str, Any]:
    """Does work in a forked process, which hands its answer over in a file."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            answer = work()
            with open(report, "w") as file:
                json.dump(answer, file)
            status = 0
        except BaseException:
            traceback.print_exc()  # a fault of the generator: it must not pass for a model that was dropped
            status = GENERATOR_FAULT
        finally:
            os._exit(status)
    deadline = time.monotonic() + GENERATION_TIMEOUT
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return {"dropped": "the runtime did not end"}
        time.sleep(0.002)
    if os.waitstatus_to_exitcode(status) == GENERATOR_FAULT:
        raise RuntimeError("the generator failed, as printed above")
    if status != 0:
        return {"dropped": "the runtime crashed"}
    with open(report) as file:
        return json.load(file)


def coverage_of(graph_nodes: Iterator[onnx.NodeProto]) -> Counter[str]:
    """Operators, and the values of their attributes."""
    counts: Counter[str] = Counter()
    for node in graph_nodes:
        name = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
        if node.domain == "local":
            name = "local function"
        counts[name] += 1
        for attribute in node.attribute:
            if attribute.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.TENSOR):
                continue
            value = onnx.helper.get_attribute_value(attribute)
            counts[f"{name}.{attribute.name} = {value.decode() if isinstance(value, bytes) else value}"] += 1
    return counts


def generated(seed: int, settings: Settings, folder: str) -> dict[str, Any]:
    try:
        case = model.generate(seed, settings.family)
    except model.Dropped as reason:
        return {"dropped": str(reason)}
    case.write(folder)
    answer = {"family": case.family, "flags": case.flags, "coverage": coverage_of(model.all_nodes(case.model.graph.node))}
    if settings.makes_mutants:
        answer["mutants"] = mutants.write_mutants(case, folder)
    return answer


def routes(seed: int, settings: Settings) -> Iterator[tuple[str, list[str]]]:
    """More ways to compile the same model, each for one seed in twenty; the loop interpreter for one in ten."""
    if seed % 20 == 7:
        yield "by the C++ route", ["--toolchain", "gcc"]
    if seed % 20 == 13 and settings.emulator:
        yield "on aarch64", ["-t", "aarch64-linux-gnu", "--emulator", settings.emulator]
    if seed % 10 == 4:
        yield "by the interpreter", ["--toolchain", "interpret"]


def compared(seed: int, settings: Settings, folder: str, flags: list[str]) -> Result:
    result = check.verify(settings.burin, folder, [*flags, *settings.guard])
    if result.outcome is not Outcome.PASS:
        return result
    if seed % 20 == 1:
        result = check.check_passes(settings.burin, folder, flags)
    for name, more in routes(seed, settings):
        other = check.verify(settings.burin, folder, [*flags, *more], SLOW_TIMEOUT)
        if other.is_find:
            return Result(other.outcome, f"{name}: {other.detail}")
    return result


def beyond_reference(result: Result, settings: Settings, again: Callable[[Settings], Result]) -> Result | None:
    """The result, or None where the reference has a find there as well."""
    if not result.is_find or settings.reference is None:
        return result
    return None if again(replace(settings, burin=settings.reference)).is_find else result


def judged_mutant(settings: Settings, folder: str, flags: list[str], runtime_refuses: bool) -> Result:
    """A mutant that the runtime refuses may be taken or refused, but neither crash, stray, hang, nor leave files."""
    result = check.verify(settings.burin, folder, [*flags, *settings.guard])
    if result.outcome is Outcome.REFUSED or result.outcome is Outcome.UNSUPPORTED:
        code, fault, left = check.compiles_and_cleans(settings.burin, folder, flags)
        if code == 0:
            return Result(Outcome.PASS)
        if code != 1:
            return Result(Outcome.CRASH if code is not None else Outcome.HANG, f"compile ends with {code}: {fault}")
        if left:
            return Result(Outcome.LEFTOVER, ", ".join(left))
        return Result(Outcome.UNSUPPORTED, result.detail)
    if result.outcome is Outcome.DIFFERS and runtime_refuses:
        return Result(Outcome.PASS)
    return result


def run_seed(seed: int, settings: Settings) -> list[Trial]:
    folder = os.path.join(settings.scratch, str(seed))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    report = folder + ".json"
    answer = in_a_child(lambda: generated(seed, settings, folder), report)
    if os.path.exists(report):
        os.remove(report)
    if "dropped" in answer:
        shutil.rmtree(folder)
        return [Trial(seed, "", str(seed), None, answer["dropped"])]
    flags = answer["flags"]
    if not settings.makes_mutants:
        result = compared(seed, settings, folder, flags)
        result = beyond_reference(result, settings, lambda other: compared(seed, other, folder, flags))
        trial = Trial(seed, answer["family"], str(seed), result, "" if result else "found in the reference too", flags)
        trial.coverage = Counter(answer["coverage"])
        return [settled(trial, settings)]
    trials = []
    for mutant in answer["mutants"]:
        name = f"{seed}_{mutant['number']}"
        where, refused = os.path.join(settings.scratch, name), mutant["refused"]
        result = judged_mutant(settings, where, flags, refused)
        result = beyond_reference(result, settings, lambda other: judged_mutant(other, where, flags, refused))
        if result and result.is_find:
            result = Result(result.outcome, f"{mutant['change']}: {result.detail}")
        made = Trial(seed, answer["family"], name, result, "" if result else "found in the reference too", flags, Counter({mutant["change"].split(":")[0]: 1}))
        made.runtime_refuses = mutant["refused"]
        trials.append(settled(made, settings))
    shutil.rmtree(folder)
    return trials


def settled(trial: Trial, settings: Settings) -> Trial:
    """Folders of what is no find go at once."""
    if trial.result is None or not trial.result.is_find:
        shutil.rmtree(os.path.join(settings.scratch, trial.name), ignore_errors=True)
    return trial
