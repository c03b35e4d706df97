"""A run from its beginning to its account, and the step that all runs share: relate. Each may be repeated."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ingest.model import DatabaseDown, IngestError, State
from ingest.settings import settings
from ingest.similarity.relating import relate, relate_all
from ingest.store import Connection, Store, ask

__all__ = [
    "Account", "Problem", "check_mentions", "check_total", "close_run", "connect", "open_run", "portions", "relate",
    "relate_all",
]  # fmt: skip

NOTHING_DONE = {State.UNREADABLE, State.REFUSED, State.UNSUPPORTED, State.TOO_LARGE, State.TOO_COSTLY}
MOST_TASKS = 64

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """A file of a run that gave no document, or one that a person should look at."""

    file: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a run, to the unit: looks by outcome and state, files looked at, and what gave no document.

    ``outcomes`` counts what was handed in by its outcome, repeats included; ``waiting`` counts all addresses that wait
    to be fetched, ``missing`` names files of a seed corpus that are gone.
    """

    run_id: int
    looks: dict[str, int]
    origins: int
    outcomes: dict[str, int]
    waiting: int
    documents: int
    essays: int
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def mentions(self) -> int:
        """Everything that was handed in, repeats included."""
        return sum(self.outcomes.values())

    def summary(self) -> str:
        """The account in one line."""
        parts = ", ".join(f"{count:,} {outcome.replace('_', ' ')}" for outcome, count in self.outcomes.items())
        return f"{self.mentions:,} handed in: {parts}" if parts else "nothing was handed in"

    def lines(self) -> list[str]:
        """The account for people: outcomes, then every file that gave no document with its reason."""
        outcomes = [f"{looks:>7,} {outcome}" for outcome, looks in sorted(self.looks.items())]
        problems = [f"{problem.file}: {problem.state}: {problem.reason}" for problem in self.problems]
        gone = [f"{path}: no longer there; its document stays" for path in self.missing]
        waiting = f", {self.waiting:,} addresses wait to be fetched" if self.waiting else ""
        return [
            self.summary(),
            *outcomes,
            *problems,
            *gone,
            f"{self.documents:,} documents, {self.essays:,} essays{waiting}",
        ]

    @property
    def in_vain(self) -> bool:
        """Whether there was something to read and nothing of it could be read."""
        return 0 < self.origins <= sum(problem.state in NOTHING_DONE for problem in self.problems)


def connect() -> Store:
    """The database as the loader sees it. Raises ``DatabaseDown`` when nobody said where it is."""
    url = settings().loader_url
    if url is None:
        raise DatabaseDown("Nobody said where the database is.", "Set ESSAYS_LOADER_URL, or start with `ingest start`.")
    return Store(url.get_secret_value())


def portions(items: Sequence[T]) -> list[list[T]]:
    """The items in portions for mapped tasks: large enough to be worth a task, and at most ``MOST_TASKS`` of them."""
    size = max(settings().batch_files, -(-len(items) // MOST_TASKS))
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def open_run(store: Store, dag: str, label: str | None = None) -> int:
    """The number of the run with this label, made when there is none; a task that is tried again goes on in its own."""
    return int(store.ask("run", "open_run", dag=dag, label=f"{dag}/{label or uuid.uuid4()}")[0].run_id)


def close_run(store: Store, run_id: int, corpus: str | None = None) -> Account:
    """Closes a run and returns its account. Raises ``IngestError`` when looks and outcomes don't add up."""

    def work(connection: Connection) -> Account:
        ask(connection, "due", "until", run_id=run_id)
        rows = ask(connection, "run", "account", run_id=run_id)
        looks = {f"{row.outcome} ({row.state})": int(row.looks) for row in rows if row.looks}
        looked = ask(connection, "run", "looks", run_id=run_id)[0]
        if sum(looks.values()) != looked.looks:
            raise IngestError(
                f"Run {run_id}: {looked.looks} looks, {sum(looks.values())} outcomes.", "Please report this."
            )
        ask(connection, "run", "close_run", run_id=run_id)
        counts = ask(connection, "face", "counts")[0]
        missing = ask(connection, "run", "missing_files", corpus=corpus) if corpus else []
        problems = (
            Problem(row.file, row.state, row.reason) for row in ask(connection, "face", "problems", run_id=run_id)
        )
        outcomes: Counter[str] = Counter()
        for row in rows:
            outcomes[row.outcome] += int(row.mentions)
        return Account(
            run_id, looks, looked.origins, dict(outcomes), counts.waiting, counts.documents, counts.essays,
            tuple(row.path for row in missing), tuple(problems),
        )  # fmt: skip

    return store.attempt(work)


def check_total(account: Account, planned: int) -> dict[str, int]:
    """The looks of a run by outcome.

    Raises ``IngestError`` when other files were looked at than were planned, or when none of them could be read.
    """
    if account.origins != planned:
        raise IngestError(
            f"{planned} files were planned, {account.origins} are accounted for.",
            "Run again: what is done is not done twice.",
        )
    if account.in_vain:
        first = account.problems[0]
        raise IngestError(f"Nothing could be read; {first.file}: {first.reason}", "essays.fetch_log has every reason.")
    return account.looks


def check_mentions(account: Account, handed_in: int) -> dict[str, int]:
    """The looks of a run by outcome. Raises ``IngestError`` when its account has other links than were handed in."""
    if account.mentions != handed_in:
        raise IngestError(f"{handed_in} links were handed in, {account.mentions} are accounted for.", "Run again.")
    return account.looks
