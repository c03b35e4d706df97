"""Documents whose pages are looked at again: edits and takedowns, noticed at ages at which they happen."""

from __future__ import annotations

from datetime import timedelta

from ingest.settings import settings
from ingest.store import Store

AGES = tuple(timedelta(days=days) for days in (1, 3, 7, 30, 90))
"""After publication, or after the first sight of what has no date."""
EVERY = timedelta(hours=1)
"""Between two runs; what is left over is the first of the next one."""
SHARE = 0.1
"""Of the requests that a host's spacing allows."""
MOST = 1000


def plan(store: Store, run_id: int) -> int:
    """Makes due what came of an age since it was looked at; how many addresses that are.

    At most a tenth of what a host may be asked until the next run. A worker then looks at them.
    """
    most = max(int(SHARE * EVERY.total_seconds() / max(settings().host_spacing, SHARE)), 1)
    return len(store.ask("again", "refresh", run_id=run_id, ages=list(AGES), most=min(most, MOST)))
