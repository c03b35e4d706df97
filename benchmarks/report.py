"""How every benchmark prints its figures: the machine, the versions, a table for people, JSON for programs."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path


def arguments(purpose: str) -> argparse.ArgumentParser:
    """A parser with the option that all benchmarks share."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures for programs as well")
    return parser


def show(figures: Mapping[str, Mapping[str, float]], packages: tuple[str, ...], file: Path | None) -> None:
    """Prints one row a contender; writes the same as JSON, one object a contender."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}")
    columns = list(dict.fromkeys(name for row in figures.values() for name in row))
    print(f"{'':14}" + "".join(f"{name:>18}" for name in columns))
    for contender, row in figures.items():
        cells = (f"{row[name]:>18,.3f}" if name in row else f"{'':>18}" for name in columns)
        print(f"{contender:14}" + "".join(cells))
    if file:
        file.write_text(json.dumps(figures, indent=2), "utf-8")
