"""Engines that take turns, A B A B ..., each in its own process; foreign load is watched.

A turn during which other programs used more than `FOREIGN` of a processor is noted as noisy, and
rounds with a noisy turn are repeated: as many as there are rounds, `REPEATS` at most. The result
holds the quiet rounds if there are any, else all, and says which.
"""

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

FOREIGN = 0.15
REPEATS = 2
ROOT = Path(__file__).parent.parent
TICK = os.sysconf("SC_CLK_TCK")


class Peer:
    """A program in a process of its own that answers each line of JSON with one; a context."""

    def __init__(self, name, command):
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.name = name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def ask(self, order):
        print(json.dumps(order), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"The process of {self.name} ended: see its output above.")
        return json.loads(line)


class Engine(Peer):
    """The process of one engine."""

    def __init__(self, name, cores):
        command = [python_of(name), "-m", "benchmarks.engine", name, "--cores", str(cores)]
        super().__init__(name, command)

    def do(self, **order):
        """The engine's answer, with the processors that others used meanwhile."""
        busy, start = busy_seconds(), time.perf_counter()
        answer = self.ask(order)
        passed = time.perf_counter() - start
        others = busy_seconds() - busy - answer["processor_seconds"]
        return answer | {"foreign": max(0.0, others / passed)}


def python_of(name):
    """The Python that has the engine; None where it has none.

    BENCH_TORCH_PYTHON and BENCH_JAX_PYTHON name those of PyTorch and JAX, if it is not this one.
    """
    library = name.partition("_")[0]
    if library not in ("torch", "jax"):
        return sys.executable
    given = os.environ.get(f"BENCH_{library.upper()}_PYTHON")
    return given or (sys.executable if importlib.util.find_spec(library) else None)


def engines():
    """Names of the engines that are there, ours first, Keras second."""
    names = ("course_lib", "keras", "keras_jit", "torch", "torch_compile", "jax")
    return [name for name in names if python_of(name)]


def take_turns(names, cores, order, rounds):
    """{engine: median seconds, memory, ...} of the same order given to each engine in turn."""
    with ExitStack() as stack:
        warm = order | {"count": min(order["count"], 3 * order["batch"] + 96)}
        running = []
        for name in names:
            engine = stack.enter_context(Engine(name, cores))
            try:
                engine.do(**(warm if order["do"] == "fit" else order))
            except RuntimeError:
                if name in names[:2]:
                    raise
                print(f"{name} is left out: it ended while warming up, see above.", flush=True)
                continue
            running.append(engine)
        names = [engine.name for engine in running]
        done, repeats, most = [], 0, min(REPEATS, rounds)
        while len(done) < rounds + repeats:
            done.append([engine.do(**order) for engine in running])
            if repeats < most and max(turn["foreign"] for turn in done[-1]) > FOREIGN:
                repeats += 1
    quiet = [turns for turns in done if max(turn["foreign"] for turn in turns) <= FOREIGN]
    used = quiet or done
    result = {"cores": cores, "rounds": len(used), "quiet": bool(quiet), **order}
    for place, name in enumerate(names):
        own = [turns[place] for turns in used]
        result[name] = {
            "seconds": statistics.median(turn["seconds"] for turn in own),
            "memory_mib": own[-1]["memory_mib"],
            "foreign": max(turn["foreign"] for turn in own),
            "blas": own[-1]["blas"],
        }
    for name in names[1:]:
        result[f"ratio_to_{name}"] = result[names[0]]["seconds"] / result[name]["seconds"]
    return result


def busy_seconds():
    """Processor seconds that this machine has spent on all programs since it started."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system + irq + softirq) / TICK
