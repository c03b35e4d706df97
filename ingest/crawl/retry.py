"""When an address is looked at again: pure, from what the last look was."""

from __future__ import annotations

import random
from datetime import timedelta

from ingest.model import About, State

FIRST = timedelta(minutes=5)
LONGEST = timedelta(hours=6)
GIVE_UP = {State.UNAVAILABLE: 8, State.NETWORK_ERROR: 20, State.SERVER_ERROR: 20, State.TOO_SLOW: 8}
"""Looks after which a state that concerns us is left to a person; captchas and rate limits are waited out for ever."""
BLOCKED = {State.VERIFY_PAGE, State.IDENTITY_CHECK}
"""States that say that the host takes us for a program."""


def wait(state: State, tries: int, retry_after: int | None = None, jitter: float | None = None) -> timedelta | None:
    """How long until the next look after ``tries`` looks in vain (this one included); None for never.

    Facts about the essay or its address are final. Facts about us are waited out: 5 minutes, doubling up to 6 hours, or
    as long as the server asks for, spread by a tenth so that many addresses don't come back at once.
    """
    if state.about is not About.US or tries >= GIVE_UP.get(state, tries + 1):
        return None
    asked = timedelta(seconds=retry_after or 0)
    backed_off = max(asked, min(FIRST * 2 ** min(tries - 1, 12), LONGEST))
    spread = random.uniform(0, 0.1) if jitter is None else jitter  # noqa: S311  no secret
    return timedelta(seconds=backed_off.total_seconds() * (1 + spread))
