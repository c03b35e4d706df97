"""Two workers that relate the same texts, stopped before each claim, look-up, gate and commit: no order of steps is wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import pytest

from ingest.model import Look
from ingest.similarity import relating
from ingest.store import Store, face

from ..conftest import database_url, execute, rows
from .schedules import Choice, Choose, Steps, following, schedules
from .test_relate import edited, load, look, prose
from .test_relate_orders import essays, state

PASSAGE = prose(41, 5)
COPY = prose(42, 8)
THREE = [
    look("one", COPY + PASSAGE),
    look("two", edited(COPY) + PASSAGE),
    look("three", prose(43, 8) + PASSAGE),
]
"""Two copies, and a witness that the passage is common: without it their shares are others."""

Runner = Callable[[Choose], list[Choice]]


def stop_at_steps(monkeypatch: pytest.MonkeyPatch, step: Callable[[], object]) -> None:
    """Calls a function before each claim, look-up, gate and commit of relating."""

    def around(name: str, *, after: bool) -> None:
        original = getattr(relating, name)

        @wraps(original)
        def stepping(*given: Any) -> Any:
            step()
            result = original(*given)
            if after:
                step()
            return result

        monkeypatch.setattr(relating, name, stepping)

    around("_index", after=True)  # before its claim and its commit
    around("_measure", after=True)
    around("_sides", after=False)  # before its look-up
    ask = relating.ask

    def gated(connection: Any, room: str, name: str, **values: Any) -> Any:
        if name == "take_gate":
            step()
        return ask(connection, room, name, **values)

    monkeypatch.setattr(relating, "ask", gated)


@pytest.fixture
def stepped(store: Store, database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[Look]], Runner]:
    """Prepares texts; what it returns relates them anew by two workers, in the order of steps that it is given."""
    current: list[Steps] = []
    stop_at_steps(monkeypatch, lambda: current and current[-1].step())
    monkeypatch.setattr(relating, "BATCH", 1)
    stores = [Store(database_url(database, "loader")) for _ in range(2)]

    def waiters() -> int:
        ((count,),) = rows(
            store,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        return int(str(count))

    def prepared(looks: Sequence[Look]) -> Runner:
        load(store, *looks, relate=False)

        def run(choose: Choose) -> list[Choice]:
            execute(database_url(database), "TRUNCATE ingest.side, ingest.match, ingest.passage, ingest.review",
                    "SELECT ingest.forget_relations()")  # fmt: skip
            current.append(Steps(waiters))
            try:
                return current[-1].run([lambda own=own: relating.relate(own) for own in stores], choose)
            finally:
                current.clear()

        return run

    yield prepared
    for own in stores:
        own.close()


def check(store: Store, run: Runner, preemptions: int) -> int:
    """Every schedule finds the same and leaves nothing to do; how many there are."""
    found = []
    for choices in schedules(run, preemptions):
        assert face.counts(store)["unrelated"] == 0, choices
        found.append(state(store))
        assert found[-1] == found[0], choices
    assert all(found[0][name] for name in ("relations", "passages", "works"))
    return len(found)


def test_no_schedule_with_one_preemption_is_wrong(store: Store, stepped: Callable[[Sequence[Look]], Runner]) -> None:
    assert check(store, stepped(THREE), 1) > 40


@pytest.mark.slow
def test_no_schedule_with_two_preemptions_is_wrong(store: Store, stepped: Callable[[Sequence[Look]], Runner]) -> None:
    assert check(store, stepped(THREE), 2) > 400


@pytest.mark.slow
def test_no_random_schedule_of_more_texts_is_wrong(store: Store, stepped: Callable[[Sequence[Look]], Runner]) -> None:
    run = stepped(essays(12, groups=(3, 9)))
    run(following([]))
    expected = state(store)
    for seed in range(40):
        pick = random.Random(seed)
        run(lambda _number, enabled, _last, pick=pick: pick.choice(sorted(enabled)))
        assert face.counts(store)["unrelated"] == 0, seed
        assert state(store) == expected, seed
