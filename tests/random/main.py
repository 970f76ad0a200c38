#!/usr/bin/env python3
"""Compiles random models and compares them with ONNX Runtime. docs/random_models.md says more.

Prints a line for each find, with the seed and the folder that holds the model, and ends with counts. Exit code 1: something
was found; 77: onnxruntime is not installed, nothing was compared.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

try:
    import onnxruntime  # noqa: F401
except ImportError:
    print("onnxruntime is not installed: no random model was compared (tools/install tests installs it)")
    sys.exit(77)

import check
import model
import reduce as reducer
import trial
from check import Outcome
from trial import Settings, Trial

# How long runs that have begun may go on after --seconds.
GRACE = 8.0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools/random_models", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, metavar="N", help="stop after so long; 60 where no --count is given")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the first seed (1)")
    parser.add_argument("--count", type=int, metavar="N", help="how many seeds, however long it takes")
    parser.add_argument("--only", type=int, metavar="SEED", help="one seed, as it was found")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="models at a time")
    parser.add_argument("--keep", metavar="DIR", default=None, help="folder for what is found (BUILD/random)")
    parser.add_argument("--family", choices=sorted(model.FAMILIES), help="models of one family only")
    parser.add_argument("--mutants", action="store_true", help="structured mutants of the models instead of the models")
    parser.add_argument("--reduce", type=float, default=0, metavar="S", help="shrink each new kind of find for S seconds")
    parser.add_argument("--first", action="store_true", help="stop at the first find")
    parser.add_argument("--all", action="store_true", help="report each find, not one of each kind")
    parser.add_argument("--open", metavar="FILE", help="seeds whose finds are known, a line each: SEED REASON; they fail nothing")
    parser.add_argument("--reference", metavar="FILE", help="another burin: drop what is found in it as well")
    parser.add_argument("--coverage", action="store_true", help="print counts per operator and attribute value")
    parser.add_argument("--burin", default=os.path.join(check.ROOT, "build", "burin"), metavar="FILE")
    return parser.parse_args()


def read_open(path: str | None) -> dict[int, str]:
    """Seeds of finds that are not mended yet, and why."""
    if path is None:
        return {}
    with open(path) as file:
        lines = [line.split(maxsplit=1) for line in file if line.strip() and not line.startswith("#")]
    return {int(seed): reason.strip() for seed, reason in lines}


def guard_flags(burin: str) -> tuple[str, ...]:
    _, out, _ = check.run_burin([burin, "verify", "--help"])
    return ("--guard_pages",) if "--guard_pages" in out else ()


def emulator(folder: str) -> str | None:
    """The command that runs a library for aarch64 here, where compiler and emulator are installed."""
    if not shutil.which("aarch64-linux-gnu-gcc") or not shutil.which("qemu-aarch64"):
        return None
    runner = os.path.join(folder, "run_model")
    source = os.path.join(check.ROOT, "examples", "run_model.c")
    compiled = subprocess.run(["aarch64-linux-gnu-gcc", "-O1", "-I" + check.ROOT, source, "-o", runner], check=False)
    return f"qemu-aarch64 -L /usr/aarch64-linux-gnu {runner}" if compiled.returncode == 0 else None


def trials(seeds: Iterator[int], settings: Settings, jobs: int, deadline: float) -> Iterator[Trial]:
    """Results as they come, of at most a few seeds more than there are jobs at a time."""
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        waiting = []
        for seed in seeds:
            if time.monotonic() > deadline:
                break
            waiting.append(pool.apply_async(trial.run_seed, (seed, settings)))
            while len(waiting) >= 2 * jobs:
                if time.monotonic() > deadline:
                    break
                yield from finished(waiting)
        while waiting and time.monotonic() < deadline + GRACE:
            yield from finished(waiting)


def finished(waiting: list) -> Iterator[Trial]:
    """The trials that are done, taken out of the list; waits a little for the first."""
    waiting[0].wait(0.05)
    for entry in [w for w in waiting if w.ready()]:
        waiting.remove(entry)
        yield from entry.get()


def reduce_find(found: Trial, folder: str, settings: Settings, seconds: float) -> str:
    kind = found.result.kind if found.result else ""
    flags = found.flags

    def fails(smaller: str) -> bool:
        return check.verify(settings.burin, smaller, [*flags, *settings.guard]).kind == kind

    if not fails(folder):
        return ""  # found by another route than the first
    suspect = re.search(r'output "([^"]*)"', found.result.detail if found.result else "")
    reducer.reduce(folder, fails, seconds, suspect[1] if suspect else "")
    reduced, _ = reducer.load(folder)
    return "+".join(sorted({n.op_type for n in model.all_nodes(reduced.graph.node) if n.op_type != "Constant"}))


class Report:
    def __init__(self, args: argparse.Namespace, settings: Settings) -> None:
        self.args, self.settings = args, settings
        self.counts: Counter[Outcome] = Counter()
        self.dropped: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.coverage: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.accepted_though_undefined = 0
        self.open = read_open(args.open)
        self.open_found: set[int] = set()
        self.open_passed: set[int] = set()

    def add(self, found: Trial) -> None:
        if found.result is None:
            self.dropped[found.dropped.split(":")[0]] += 1
            return
        self.coverage.update(found.coverage)
        if found.seed in self.open:
            (self.open_found if found.result.is_find else self.open_passed).add(found.seed)
            return
        self.counts[found.result.outcome] += 1
        if found.result.outcome is Outcome.UNSUPPORTED:
            self.reasons[found.result.kind] += 1
        if found.runtime_refuses and found.result.outcome is Outcome.PASS:
            self.accepted_though_undefined += 1
        if found.result.is_find:
            self.add_find(found)

    def add_find(self, found: Trial) -> None:
        assert found.result is not None
        kind = found.result.kind
        if kind in self.kinds and found.result.outcome is not Outcome.DIFFERS and not self.args.all:
            self.kinds[kind] += 1
            shutil.rmtree(os.path.join(self.settings.scratch, found.name), ignore_errors=True)
            return
        folder = os.path.join(self.args.keep, found.name)
        if os.path.abspath(folder) != os.path.join(self.settings.scratch, found.name):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.move(os.path.join(self.settings.scratch, found.name), folder)
        if self.args.reduce > 0:
            kind += f" [{reduce_find(found, folder, self.settings, self.args.reduce)}]"
            if kind in self.kinds and not self.args.all:
                self.kinds[kind] += 1
                shutil.rmtree(folder)
                return
        self.kinds[kind] += 1
        line = f"seed {found.seed} ({found.family}): {found.result.outcome.value}: {found.result.detail[:300]} ({folder})"
        with open(os.path.join(folder, "note.txt"), "w") as file:
            file.write(line + "\n")
        print(line, flush=True)

    def finish(self) -> int:
        if self.args.coverage:
            for name, count in sorted(self.coverage.items()):
                print(f"{count:6} {name}")
        for reason, count in self.reasons.most_common(None if self.args.coverage else 3):
            print(f"{count} times {reason}")
        if self.dropped:
            shown = ", ".join(f"{count} {reason}" for reason, count in self.dropped.most_common(3))
            print(f"{sum(self.dropped.values())} seeds without a model: {shown}")
        if self.accepted_though_undefined:
            print(f"{self.accepted_though_undefined} accepted that ONNX Runtime refuses")
        if self.kinds:
            shown = ", ".join(f"{count} {kind[:60]}" for kind, count in self.kinds.most_common(4))
            print(f"{len(self.kinds)} kinds of finds: {shown}")
        for seed in sorted(self.open_passed - self.open_found):
            print(f"seed {seed} is listed as open ({self.open[seed]}) and passes: take it off {self.args.open}")
        if self.open_found:
            print(f"{len(self.open_found)} finds are listed as open in {self.args.open}")
        found = sum(count for outcome, count in self.counts.items() if outcome in check.FINDS)
        unit = "mutants" if self.settings.makes_mutants else "models"
        refused = "refused" if self.settings.makes_mutants else "unsupported"
        total = sum(self.counts.values())
        print(f"{total} {unit}: {self.counts[Outcome.PASS]} passed, {self.counts[Outcome.UNSUPPORTED]} {refused}, {found} found")
        return 1 if found or self.open_passed - self.open_found else 0


def main() -> int:
    args = parse_arguments()
    if not os.path.exists(args.burin):
        print(f"{args.burin} is not there: build it first (tools/quickstart)")
        return 2
    args.keep = os.path.abspath(args.keep or os.path.join(os.path.dirname(args.burin), "random"))
    scratch = os.path.join(args.keep, f"running-{os.getpid()}")
    os.makedirs(scratch)
    if args.only is not None:
        args.seed, args.count, args.jobs = args.only, 1, 1
    if args.count is None and args.seconds is None:
        args.seconds = 60
    try:
        settings = Settings(args.burin, scratch, args.family, args.mutants, guard_flags(args.burin), emulator(scratch), args.reference)
        if settings.emulator is None:
            print("aarch64-linux-gnu-gcc or qemu-aarch64 is missing: nothing runs on aarch64")
        report = Report(args, settings)
        seeds = range(args.seed, args.seed + (args.count or 10**9))
        deadline = time.monotonic() + (args.seconds if args.seconds is not None else 10**9)
        for found in trials(iter(seeds), settings, args.jobs, deadline):
            report.add(found)
            if args.first and report.kinds:
                break
        return report.finish()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
