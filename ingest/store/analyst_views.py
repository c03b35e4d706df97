"""The analyst views, replaced whole: what is gone or changed its shape is dropped first, nothing of a user's with it.

What changed is found out by making the new ones beside those that stand, and rolling that back.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from graphlib import TopologicalSorter
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from ingest.model import IngestError
from ingest.store.connection import ask

_NAMED = 5
_log = logging.getLogger(__name__)


def replace(connection: Connection, run: Callable[[], None]) -> None:
    """Puts what ``run`` makes in the place of what it made the last time, in the transaction of ``connection``.

    Rights that somebody gave on what is made again stay. Raises ``IngestError`` when a user's object depends on what
    has to be dropped, or has the name of something new; the transaction is to be rolled back then.
    """
    before = _shapes(connection)
    standing = {identity: row for identity, row in before.items() if row.is_ours}
    made = _made_aside(connection, run)
    if taken := sorted(made.keys() & before.keys() - standing.keys()):
        raise IngestError(
            f"The analyst views have a new {before[taken[0]].kind} {taken[0]}, and there is one of yours already.",
            "Rename yours, then run `ingest migrate`. Nothing was changed.",
        )
    changed = [row for identity, row in standing.items() if not _replaceable(row, made.get(identity))]
    dropped = _with_dependents(connection, changed, list(standing.values()))
    rights = _ask_of(connection, "rights", dropped)
    for row in dropped:
        kind = "VIEW" if row.kind == "view" else "ROUTINE"
        connection.exec_driver_sql(f"DROP {kind} {row.identity}".replace("%", "%%"))
    run()
    for right in rights:
        _give_again(connection, right)
    ask(connection, "analyst_views", "remember", identities=list(made), kinds=[row.kind for row in made.values()])


def _shapes(connection: Connection) -> dict[str, Row[Any]]:
    return {row.identity: row for row in ask(connection, "analyst_views", "shapes")}


def _made_aside(connection: Connection, run: Callable[[], None]) -> dict[str, Row[Any]]:
    """What ``run`` makes where none of it stands."""
    trial = connection.begin_nested()
    try:
        ask(connection, "analyst_views", "set_aside")
        there = {row.objid for row in _shapes(connection).values()}
        run()
        return {identity: row for identity, row in _shapes(connection).items() if row.objid not in there}
    finally:
        trial.rollback()


def _replaceable(old: Row[Any], new: Row[Any] | None) -> bool:
    return new is not None and old.kind == new.kind and old.shape == new.shape[: len(old.shape)]


def _with_dependents(connection: Connection, changed: list[Row[Any]], ours: list[Row[Any]]) -> list[Row[Any]]:
    """These objects with those of ours that depend on them, in an order in which they can be dropped."""
    dependents = defaultdict(list)
    for edge in _ask_of(connection, "dependents", changed):
        dependents[edge.on_kind, edge.on_objid].append(edge)
    by_number = {(row.kind, row.objid): row for row in ours}
    order: TopologicalSorter[tuple[str, int]] = TopologicalSorter()
    others, reached, to_see = set(), set(), [(row.kind, row.objid) for row in changed]
    while to_see:
        node = to_see.pop()
        if node in reached:
            continue
        reached.add(node)
        order.add(node)
        for edge in dependents[node]:
            dependent = (edge.kind, edge.objid)
            if edge.is_part or dependent in by_number:
                order.add(node, dependent)
                to_see.append(dependent)
            else:
                others.add(edge.named)
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        raise IngestError(
            "The analyst views change, and these of yours depend on what changes: "
            f"{', '.join(sorted(others)[:_NAMED])}{more}.",
            "Drop them, run `ingest migrate`, and make them again. Nothing was changed.",
        )
    return [by_number[node] for node in order.static_order() if node in by_number]


def _ask_of(connection: Connection, name: str, objects: list[Row[Any]]) -> list[Row[Any]]:
    kinds, numbers = [row.kind for row in objects], [row.objid for row in objects]
    return ask(connection, "analyst_views", name, kinds=kinds, objects=numbers)


def _give_again(connection: Connection, right: Row[Any]) -> None:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(right.given.replace("%", "%%"))
    except DBAPIError:
        _log.warning("%s had %s on %s, which is gone.", right.grantee, right.right_on, right.identity, exc_info=True)
