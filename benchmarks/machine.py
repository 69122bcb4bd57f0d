"""What a measurement depends on: the date, the machine, the versions."""

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path


def describe(*packages):
    """Date, processor, cores this process may use, and versions of Python and ``packages``."""
    versions = {name: importlib.metadata.version(name) for name in packages}
    return {
        "date": datetime.date.today().isoformat(),
        "machine": {
            "system": platform.system(),
            "processor": _processor(),
            "cores": len(os.sched_getaffinity(0)),
        },
        "versions": {"python": platform.python_version(), **versions},
    }


def _processor():
    """The processor's name where Linux tells it, else what Python knows."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
