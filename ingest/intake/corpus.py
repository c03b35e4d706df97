"""Which files of a seed corpus moved: pure, from what is known and what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.model import IngestError


@dataclass(frozen=True, slots=True)
class Changes:
    """Moves as (old path, new path), and the known paths at which there is no file any more."""

    moves: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


def changes(known: Mapping[str, bytes], there: Mapping[str, bytes]) -> Changes:
    """What happened to the files of a corpus; both map paths to digests of bytes.

    A file moved when its bytes left their known path and are at a path that was new, or whose own file moved as well
    (renumbered files form chains, swapped ones rings). A known path whose file came from nowhere was edited.
    """
    left: dict[bytes, list[str]] = {}
    for path in sorted(known, reverse=True):
        if there.get(path) != known[path]:
            left.setdefault(known[path], []).append(path)
    moves: dict[str, str] = {}
    for path in sorted(there):
        if known.get(path) != there[path] and left.get(there[path]):
            moves[left[there[path]].pop()] = path
    while stuck := [old for old, new in moves.items() if new in known and new not in moves]:
        for old in stuck:
            del moves[old]
    missing = tuple(path for path in sorted(known) if path not in there and path not in moves)
    return Changes(tuple(sorted(moves.items())), missing)


def checked_name(name: str) -> str:
    """The name of a corpus. Raises ``IngestError`` for one that keys can't hold: empty, or with a slash."""
    if not name or "/" in name or name != name.strip() or not name.isprintable():
        raise IngestError(f"{name!r} is no name for a corpus.", "Take a name without slashes, such as the folder's.")
    return name
