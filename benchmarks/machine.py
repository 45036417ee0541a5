"""What a measurement was made on, and with what."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any


def version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def machine() -> dict[str, Any]:
    """System, processor, versions; ``load`` is the load average before the run: above 0.5, read ratios and not times."""
    cpu, megabytes = platform.processor() or platform.machine(), None
    info, memory = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if info.exists():
        names = [
            line.split(":")[1].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    if memory.exists():
        megabytes = int(memory.read_text().split()[1]) // 1024
    return {
        "system": platform.system(),
        "processor": cpu,
        "cores": os.cpu_count(),
        "memory_mb": megabytes,
        "python": platform.python_version(),
        **{name: version(name) for name in ("detente", "numpy", "numba", "polars")},
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }
