"""Workers that go step by step, in every order with few changes from one to another before it has to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Choice = tuple[int, frozenset[int], int | None]
"""Who was let go, who could have been, and who was before."""
Choose = Callable[[int, frozenset[int], int | None], int]
"""Whom to let go: the number of the choice, who could be, and who was before."""


@dataclass
class Steps:
    """Stops each worker at its steps and lets one go at a time, until it stops again, ends, or waits for a lock."""

    waiters: Callable[[], int]
    """How many sessions wait for a lock in the database."""
    changed: threading.Condition = field(default_factory=threading.Condition)
    stopped: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    failed: list[BaseException] = field(default_factory=list)
    own: threading.local = field(default_factory=threading.local)

    def step(self) -> None:
        """Called by a worker: waits until it is let go. Other threads go on."""
        number = getattr(self.own, "number", None)
        if number is None:
            return
        with self.changed:
            self.stopped.add(number)
            self.changed.notify_all()
            self.changed.wait_for(lambda: number not in self.stopped)

    def run(self, workers: Sequence[Callable[[], object]], choose: Choose) -> list[Choice]:
        """Runs all to their ends; the choices that were made."""

        def work(number: int) -> None:
            self.own.number = number
            try:
                self.step()
                workers[number]()
            except BaseException as error:
                self.failed.append(error)
            with self.changed:
                self.ended.add(number)
                self.changed.notify_all()

        threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(len(workers))]
        for thread in threads:
            thread.start()
        made: list[Choice] = []
        last: int | None = None
        while enabled := self._enabled(len(workers)):
            chosen = choose(len(made), enabled, last)
            assert chosen in enabled, "the same choices lead to the same steps"
            made.append((chosen, enabled, last))
            last = chosen
            with self.changed:
                self.stopped.discard(chosen)
                self.changed.notify_all()
        for thread in threads:
            thread.join()
        if self.failed:
            raise self.failed[0]
        return made

    def _enabled(self, count: int) -> frozenset[int]:
        """Who has stopped, once all others have ended or wait for a lock; nobody when all have ended."""
        while True:
            with self.changed:
                self.changed.wait_for(lambda: len(self.stopped) + len(self.ended) == count, 0.02)
                stopped, going = frozenset(self.stopped), count - len(self.stopped) - len(self.ended)
            if not going:
                return stopped
            if stopped and self.waiters() >= going:
                time.sleep(0.01)  # who was let go by a commit waits no more
                with self.changed:
                    still = frozenset(self.stopped) == stopped and count - len(stopped) - len(self.ended) == going
                if still and self.waiters() >= going:
                    return stopped


def following(wanted: Sequence[int]) -> Choose:
    """These choices, and then from nobody to another without need."""

    def choose(number: int, enabled: frozenset[int], last: int | None) -> int:
        return wanted[number] if number < len(wanted) else last if last in enabled else min(enabled)

    return choose


def schedules(run: Callable[[Choose], list[Choice]], preemptions: int) -> Iterator[list[int]]:
    """Runs every schedule that takes a worker off at most so often while it could go on; the choices of each."""
    waiting: list[list[int]] = [[]]
    while waiting:
        prefix = waiting.pop()
        made = run(following(prefix))
        choices = [chosen for chosen, _, _ in made]
        taken_off = 0
        for n, (chosen, enabled, last) in enumerate(made):
            if n >= len(prefix):
                for other in enabled - {chosen}:
                    if taken_off + (last in enabled and other != last) <= preemptions:
                        waiting.append([*choices[:n], other])
            taken_off += last in enabled and chosen != last
        yield choices
