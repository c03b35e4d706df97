"""What a process was started with, as digests: of the code on disk, and of each of its settings by name."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from ingest.settings import checkout, package, resource

CODE, PACKAGES = "the code", "the installed packages"
EARLIER = "it was started by an earlier version"
NAMED = 4


def digests(settings: Mapping[str, str]) -> dict[str, str]:
    """What a process that is started now with these settings will have."""
    return {**code(), **{name: _digest([value.encode()]) for name, value in settings.items()}}


def code() -> dict[str, str]:
    """What is on disk now: this program with its SQL and its DAGs, and the versions of what it is installed with."""
    folders = {package(), resource("dags"), resource("sql")}
    files = sorted(file for folder in folders for file in folder.rglob("*") if _is_code(file))
    parts = (part for file in files for part in (str(file).encode(), file.read_bytes()))
    return {CODE: _digest(parts), PACKAGES: _digest(name.encode() for name in _installed())}


def changes(
    started_with: Mapping[str, Mapping[str, str]], living: Collection[str], expected: Collection[str],
    now: Mapping[str, str],
) -> list[str]:  # fmt: skip
    """Why processes have to be started anew, in words; nothing when all that are expected live and have what is now.

    ``started_with`` has the digests of each by name, ``living`` those that run.
    """
    why = [f"its {name} had ended" for name in expected if name not in living]
    names: set[str] = set()
    for name in living:
        before = started_with.get(name)
        if not before:
            return [EARLIER]
        names |= {each for each in {*before, *now} if before.get(each) != now.get(each)}
    why += [f"{name} changed" for name in sorted(names, key=lambda name: (name not in (CODE, PACKAGES), name))]
    return why if len(why) <= NAMED else [*why[:NAMED], f"{len(why) - NAMED} more"]


def _installed() -> list[str]:
    """Names and versions of what is installed: in a checkout of what its lock names, since tools come and go beside."""
    found = {each.name.removesuffix(".dist-info") for folder in sys.path for each in Path(folder).glob("*.dist-info")}
    root = checkout()
    if root is None or not (root / "requirements.lock").is_file():
        return sorted(found)
    locked = re.findall(r"^([\w.-]+)==", (root / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    names = {_canonical(name) for name in locked}
    return sorted(each for each in found if _canonical(each.rpartition("-")[0]) in names)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_code(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts


def _digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()[:20]
