"""How often a source is checked: by its own rhythm, from the times of what it lists. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

SAME_PUSH = timedelta(hours=1)
"""Things that appear within this time are one event: accounts publish up to eight articles at once."""
FEWEST_GAPS = 3
LATEST_GAPS = 20
OFTENEST = timedelta(minutes=30)
SELDOMEST = timedelta(days=1)
UNKNOWN = timedelta(hours=6)
WHEN_MORE = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=3)
SHORTEST_WISH = timedelta(minutes=5)
CHECKS_A_GAP = 4
SILENT = 3
"""Usual gaps without anything new after which a source is overdue."""


def usual_gap(times: Iterable[datetime]) -> timedelta | None:
    """The median time between events, of the latest ones; None when there are too few to tell."""
    events: list[datetime] = []
    for at in sorted(times):
        if not events or at - events[-1] >= SAME_PUSH:
            events.append(at)
    gaps = [later - earlier for earlier, later in pairwise(events)][-LATEST_GAPS:]
    if len(gaps) < FEWEST_GAPS:
        return None
    return timedelta(seconds=median(gap.total_seconds() for gap in gaps))


def is_overdue(gap: timedelta | None, last_new_at: datetime | None, now: datetime) -> bool:
    """Whether it has been silent for longer than it ever usually is."""
    return gap is not None and last_new_at is not None and now - last_new_at > SILENT * gap


def next_check(
    gap: timedelta | None,
    silent: timedelta | None = None,
    *,
    every: timedelta | None = None,
    failures: int = 0,
    retry_after: float | None = None,
    more: bool = False,
) -> timedelta:
    """How long until the next check.

    Four checks in a usual gap, never oftener than each half hour nor less often than daily; a source that has fallen
    silent is asked less and less. ``every`` is the operator's wish and wins over that. Failures double the time, up to
    three days, and ``more`` says that the last check couldn't take everything.
    """
    if every is not None:
        wait = max(every, SHORTEST_WISH)
    elif gap is None:
        wait = UNKNOWN
    else:
        wait = min(max(gap / CHECKS_A_GAP, OFTENEST), SELDOMEST)
        if silent is not None and silent > SILENT * gap:
            wait = min(max(wait, silent / 12), SELDOMEST)
    if failures:
        wait = max(wait, min(wait * 2 ** min(failures, 6), LONGEST_WAIT))
    elif more:
        wait = min(wait, WHEN_MORE)
    return max(wait, timedelta(seconds=retry_after or 0))
