"""Adds each new migration to ``sql/migrations.lock``: ``python tools/freeze_migrations.py``."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

SQL = Path(__file__).parent.parent / "sql"
LOCK = SQL / "migrations.lock"
COMMAND = "python tools/freeze_migrations.py"


def digests() -> dict[str, str]:
    """The digest of every migration that is there."""
    return {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in (SQL / "migrations").glob("*.sql")}


def problems(lock: str, files: dict[str, str]) -> list[str]:
    """What of the files speaks against the lock, each with its remedy."""
    locked = dict(line.split()[:2] for line in lock.splitlines() if not line.startswith("#"))
    return [
        *(f"{name} is not locked: `{COMMAND}`." for name in sorted(files.keys() - locked.keys())),
        *(f"{name} landed and is gone: put it back." for name in sorted(locked.keys() - files.keys())),
        *(
            f"{name} was edited after it landed: undo that, and write a new file."
            for name in sorted(files.keys() & locked.keys())
            if files[name] != locked[name]
        ),
    ]


def main() -> None:
    """Adds the lines that are missing; ends with what else is wrong."""
    lines, files = LOCK.read_text("utf-8").splitlines(), digests()
    head = [line for line in lines if line.startswith("#")]
    body = [line for line in lines if not line.startswith("#")]
    new = [f"{name} {files[name]}" for name in files.keys() - {line.split()[0] for line in body}]
    text = "\n".join([*head, *sorted([*body, *new])]) + "\n"
    LOCK.write_text(text, "utf-8")
    if wrong := problems(text, files):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
