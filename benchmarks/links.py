"""Links by the thousand from a small internet of our own, while things break: two workers at once, one killed and
started again, Postgres stopped and started again. With ``--airflow`` through a real Airflow as well, whole and broken.

The lab of the tests plays the hosts: nine links in ten are articles, the others are deleted, missing, refused or broken
at the first look, or slow. What a first look did not bring is made due at once, as the clock would have done. The
account must add up: one outcome a link, one document an article, nothing lost and nothing twice. How politely the hosts
were asked is read from the lab's log.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.report import arguments, show
from benchmarks.server import query
from ingest import pipeline
from ingest.crawl.worker import due_hosts, fetch_due
from ingest.intake import submit
from ingest.local import binaries, server
from ingest.local.airflow import airflow_home, airflow_status, start_airflow, stop_airflow
from ingest.local.api import AirflowApi
from ingest.local.postgres import Urls, destroy_postgres, ensure_postgres, postgres_status
from ingest.local.processes import Process, command_line, family, table
from ingest.local.state import read
from ingest.model import Unavailable
from ingest.settings import MARK, resource, settings
from ingest.store import Store, face, migrate

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "tests" / "pages" / "wechat"
ACCOUNT = "OTkwMDAwMDA3Nw=="
REPEATED = 20
"""Every so many-th link is pasted twice."""
FETCH_SECONDS = 4
SLOTS = 4
"""Tasks that our Airflow runs at once."""

ARTICLE = {"do": "page", "file": "article.html"}
ONCE: dict[str, dict[str, Any]] = {
    "server_error": {"do": "status", "code": 500},
    "network_error": {"do": "reset"},
    "rate_limited": {"do": "status", "code": 429, "headers": {"retry_after": 2}},
    "too_slow": {"do": "stall"},
}
"""What goes wrong at the first look only."""
FINAL: dict[str, dict[str, Any]] = {
    "deleted_by_author": {"do": "page", "html": (PAGES / "notice_deleted.html").read_text("utf-8")},
    "not_found": {"do": "status", "code": 404},
}
TENTH = ("deleted_by_author",) * 2 + ("not_found",) * 2 + ("server_error",) * 2 + ("network_error",) * 2
TENTH += ("rate_limited", "too_slow")
"""The links in a hundred that are no plain articles."""


@dataclass(frozen=True)
class Link:
    """A link and what its server does."""

    host: str
    path: str
    kind: str

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"

    @property
    def article(self) -> str | None:
        """Its identity, made as the lab makes it; None when it never shows an article."""
        mid = 2_000_000_000 + zlib.crc32(f"{self.host}{self.path}".encode()) % 1_000_000_000
        return None if self.kind in FINAL else f"{ACCOUNT}/{mid}/1"

    @property
    def script(self) -> Any:
        return FINAL.get(self.kind) or ([{**ONCE[self.kind], "times": 1}, ARTICLE] if self.kind in ONCE else ARTICLE)


def make_links(count: int, hosts: int, seed: int) -> list[Link]:
    """Links over one host of WeChat and others that answer in its shape, all with an identity of their own."""
    names = ["mp.weixin.qq.com", *(f"n{n:02}.lab.example" for n in range(1, hosts))]
    kinds = [TENTH[n % 100] if n % 100 < len(TENTH) else "article" for n in range(count)]
    random.Random(seed).shuffle(kinds)
    made = [Link(names[n % hosts], f"/s/Lab{seed:03}{n:016}", kind) for n, kind in enumerate(kinds)]
    assert len({link.article for link in made if link.article}) == sum(link.article is not None for link in made)
    return made


def pasted(given: list[Link]) -> str:
    return "\n".join(
        f"第 {n} 条 {link.url}" + f"\n再发 {link.url}" * (n % REPEATED == 0) for n, link in enumerate(given)
    )


@contextmanager
def playing(given: list[Link], folder: Path) -> Iterator[Path]:
    """A lab in a process of its own, which this environment leads to; yields the log of what it was asked."""
    script: dict[str, dict[str, Any]] = defaultdict(dict)
    for link in given:
        script[link.host][link.path] = link.script
    (folder / "script.json").write_text(json.dumps(script), "utf-8")
    log = folder / "asked.jsonl"
    log.touch()
    command = [sys.executable, "-m", "tests.lab", "--script", folder / "script.json", "--pages",
               ROOT / "tests/lab/pages", "--log", log]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as lab:
        try:
            assert lab.stdout
            for _ in range(2):
                name, _, value = shlex.split(lab.stdout.readline())[1].partition("=")
                os.environ[name] = value
            yield log
        finally:
            lab.terminate()


@dataclass
class Asked:
    """What the lab was asked: times by host, times by link."""

    hosts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    links: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls, log: Path) -> Asked:
        asked = cls()
        for line in log.read_text("utf-8").splitlines():
            one = json.loads(line)
            asked.hosts[one["host"]].append(one["at"])
            if one["path"] != "/robots.txt":
                asked.links[f"https://{one['host']}{one['path']}"].append(one["at"])
        for times in asked.hosts.values():
            times.sort()
        return asked

    def politeness(self, spacing: float) -> dict[str, float]:
        """Gaps between two requests to a host, the most in any second, and how far a host was ever ahead of its pace.

        Spacing is given when an address is leased, and seen here when its request has been read: each gap also holds
        the difference of two handshakes. ``ahead_s`` is the worst sum of such, from any request to any later one: it
        stays below the time of one request as long as no turn was given twice.
        """
        gaps = [b - a for times in self.hosts.values() for a, b in pairwise(times)]
        most = max(bisect_left(times, at + 1) - n for times in self.hosts.values() for n, at in enumerate(times))
        return {
            "gap_min_s": min(gaps), "gap_p50_s": statistics.median(gaps), "gaps_short": sum(gap < spacing * 0.9 for gap in gaps),
            "ahead_s": max(ahead(times, spacing) for times in self.hosts.values()), "max_per_s": most,
        }  # fmt: skip


def ahead(times: list[float], spacing: float) -> float:
    worst, latest = 0.0, times[0]
    for n, at in enumerate(times):
        latest = max(latest, at - n * spacing)
        worst = max(worst, latest - (at - n * spacing))
    return worst


def lines(log: Path) -> int:
    with log.open("rb") as file:
        return sum(1 for _ in file)


# Workers


def keep_at(url: str, run_id: int, of_run: int | None, owner: str, told: Any) -> None:
    """Fetches until nothing is due; a database that is away is waited for."""
    store = Store(url)
    while True:
        try:
            if not due_hosts(store, of_run):
                break
            fetch_due(store, run_id, 20, owner, of_run)
        except Unavailable as error:
            told.put(f"a worker met {type(error).__name__} and tried again")
        time.sleep(0.2)
    store.close()


def worker(url: str, run_id: int, of_run: int | None, hosts: list[str], name: str, told: Any) -> None:
    """One worker process: as many threads as hosts, so that two workers meet at every host."""
    with ThreadPoolExecutor(len(hosts)) as pool:
        work = [pool.submit(keep_at, url, run_id, of_run, f"{name}/{host}", told) for host in hosts]
        for each in work:
            each.result()


def restart_postgres() -> float:
    """Stops Postgres as a crash would, and starts it again; for how many seconds it was away."""
    data = postgres_status().data
    assert data
    began = time.monotonic()
    binaries.run([server.programs(data.parent) / "pg_ctl", "stop", "-D", data, "-m", "immediate", "-w"])
    ensure_postgres()
    return time.monotonic() - began


def fetch_with_two(urls: Urls, given: list[Link], run_id: int, of_run: int | None, log: Path | None) -> list[str]:
    """Two workers until nothing is due; with a log, one is killed at a third of the links, Postgres at two thirds."""
    spawn = multiprocessing.get_context("spawn")
    told, hosts = spawn.Queue(), list(dict.fromkeys(link.host for link in given))

    def begin(name: str) -> Any:
        process = spawn.Process(target=worker, args=(urls.loader, run_id, of_run, hosts, name, told))
        process.start()
        return process

    workers = {name: begin(name) for name in ("one", "two")}
    events = []
    if log:
        reach(log, len(given) // 3, workers)
        workers["one"].kill()
        workers["one"].join()
        events.append(f"worker one killed after {lines(log)} requests, started again")
        workers["one"] = begin("one")
        reach(log, 2 * len(given) // 3, workers)
        asked = lines(log)
        events.append(f"Postgres stopped after {asked} requests, back in {restart_postgres():.1f} s")
    for name, process in workers.items():
        while process.is_alive():
            events += drained(told)
            process.join(0.2)
        if process.exitcode:
            raise SystemExit(f"worker {name} ended with {process.exitcode}")
    return events + drained(told)


def drained(told: Any) -> list[str]:
    found = []
    with suppress(Exception):
        while True:
            found.append(told.get_nowait())
    return found


def reach(log: Path, count: int, workers: dict[str, Any]) -> None:
    while lines(log) < count and all(process.is_alive() for process in workers.values()):
        time.sleep(0.05)


# What must be true afterwards


def make_waiting_due(owner: str) -> int:
    """Lets the time pass that addresses wait for, also for the leases of the dead; how many still wait."""
    query(owner, "UPDATE ingest.address SET due_at = now(), lease_until = NULL WHERE due_at IS NOT NULL")
    return int(query(owner, "SELECT count(*) FROM ingest.address WHERE due_at IS NOT NULL")[0][0])


def check(urls: Urls, given: list[Link], run_id: int, mentions: int, asked: Asked) -> dict[str, float]:
    """Counts what the database says against what the links are. Prints every difference; ``wrong`` counts them."""
    wrong: list[str] = []

    def same(what: str, found: object, expected: object) -> None:
        if found != expected:
            wrong.append(f"{what}: {found}, expected {expected}")

    outcomes = query(
        urls.owner,
        "SELECT a.url, r.outcome, r.repeats FROM ingest.run_address r JOIN ingest.address a USING (address_id) WHERE r.run_id = %s",
        run_id,
    )
    same("links with an outcome", sorted(row[0] for row in outcomes), sorted(link.url for link in given))
    same("mentions", sum(1 + row[2] for row in outcomes), mentions)
    store = Store(urls.loader)
    for (number,) in query(urls.owner, "SELECT run_id FROM ingest.run ORDER BY run_id"):
        account = pipeline.close_run(store, number)  # raises unless its looks are its outcomes
        print(f"  run {number}: {account.summary()}; {sum(account.looks.values()):,} looks")
    for row in face.inconsistencies(store):
        wrong.append(f"doctor: {row}")
    store.close()
    states = dict(query(urls.owner, "SELECT url, state FROM ingest.address WHERE url IS NOT NULL"))
    same(
        "links in a wrong state",
        Counter(
            (k.kind, states.get(k.url))
            for k in given
            if states.get(k.url) != (k.kind if k.kind in FINAL else "article")
        ),
        Counter(),
    )
    documents = Counter(row[0] for row in query(urls.owner, "SELECT native_id FROM ingest.document"))
    expected = Counter(link.article for link in given if link.article)
    same("documents lost", len(expected - documents), 0)
    same("documents too many", len(documents - expected), 0)
    same("revisions", query(urls.owner, "SELECT count(*) FROM ingest.revision")[0][0], len(expected))
    same("leases left", query(urls.owner, "SELECT count(*) FROM ingest.address WHERE lease_owner IS NOT NULL")[0][0], 0)
    settled = "SELECT count(*) FROM (SELECT address_id FROM ingest.fetch WHERE state IN ('article', 'deleted_by_author', 'not_found') GROUP BY address_id HAVING count(*) > 1) twice"
    same("links recorded twice", query(urls.owner, settled)[0][0], 0)
    looks = query(urls.owner, "SELECT count(*) FROM ingest.fetch")[0][0]
    requests = sum(map(len, asked.links.values()))
    for line in wrong:
        print(f"  WRONG {line[:600]}")
    return {"links": len(given), "documents": sum(documents.values()), "looks": looks, "requests": requests, "in_vain": requests - looks, "wrong": len(wrong)}  # fmt: skip


def without_airflow(options: argparse.Namespace, folder: Path) -> dict[str, float]:
    given = make_links(options.links, options.hosts, options.seed)
    urls = ensure_postgres()
    migrate(urls.owner)
    with playing(given, folder) as log:
        store = Store(urls.loader)
        run_id = pipeline.open_run(store, "ingest_links")
        handed = submit.hand_in(store, run_id, pasted(given))
        began = time.monotonic()
        events = fetch_with_two(urls, given, run_id, run_id, log)
        seconds = time.monotonic() - began
        asked = Asked.read(log)
        pipeline.close_run(store, run_id)  # what a run that goes on still holds, no other takes
        while make_waiting_due(urls.owner):
            events += fetch_with_two(urls, given, pipeline.open_run(store, "ingest_due"), None, None)
        pipeline.relate(store)
        store.close()
        tell("two workers", events)
        found = check(urls, given, run_id, handed.total, Asked.read(log))
    return {**found, "links_per_s": len(given) / seconds, **asked.politeness(options.spacing)}


def tell(what: str, events: list[str]) -> None:
    print(f"{what}:")
    for event, times in Counter(events).items():
        print(f"  {event}" + f" ({times} times)" * (times > 1))


# Airflow


def through_airflow(options: argparse.Namespace, folder: Path, broken: bool) -> dict[str, float]:
    given = make_links(options.links, options.hosts, options.seed)
    handed_in = len(given) + len(range(0, len(given), REPEATED))
    urls = ensure_postgres(for_airflow=True)
    migrate(urls.owner)
    events: list[str] = []
    with playing(given, folder) as log:
        try:
            api = airflow(urls)
            for dag in ("ingest_links", "ingest_due"):
                api.wait_for_dag(dag)
            name = api.trigger("ingest_links", {"text": pasted(given)})
            if broken:
                events += break_airflow(given, log)
            events += wait_for_run(api, urls, name)
            run_id = query(urls.owner, "SELECT run_id FROM ingest.run WHERE label = %s", f"ingest_links/{name}")[0][0]
            asked = Asked.read(log)
            told = timeline(urls, name, run_id, asked, broken)
            events.append(wait_for_the_rest(api, urls))
        finally:
            tell("airflow, broken" if broken else "airflow", events)
            stop_airflow()
        found = check(urls, given, run_id, handed_in, Asked.read(log))
    found["wrong"] += events[-2] != "ingest_links: success" and not broken
    return {**found, **told, **asked.politeness(options.airflow_spacing)}


def airflow(urls: Urls) -> AirflowApi:
    return AirflowApi(start_airflow(urls, resource("dags").resolve(), {"ESSAYS_LOADER_URL": urls.loader}))


def break_airflow(given: list[Link], log: Path) -> list[str]:
    """Kills a task at a third of the links, and Postgres, which is also Airflow's, at two thirds."""
    reach(log, len(given) // 3, {})
    events = [f"a task killed after {lines(log)} requests" if kill_task() else "no task was there to kill"]
    reach(log, 2 * len(given) // 3, {})
    asked = lines(log)
    return [*events, f"Postgres stopped after {asked} requests, back in {restart_postgres():.1f} s"]


def kill_task() -> bool:
    """Kills the process of one running task; its supervisor lives on."""
    rows = table()
    for process in family((Process(*each) for each in read().processes.values()), f"{MARK}={airflow_home()}"):
        supervisor = command_line(rows[process.pid].parent) if process.pid in rows else ""
        if "LocalExecutor: " in supervisor and "LocalExecutor" not in command_line(process.pid):
            os.kill(process.pid, signal.SIGKILL)
            return True
    return False


def wait_for_run(api: AirflowApi, urls: Urls, name: str) -> list[str]:
    """How the run ended. Parts of Airflow that ended meanwhile are named, and started again when they are needed."""
    state, ended = "", []
    while state not in ("success", "failed"):
        time.sleep(1)
        with suppress(Unavailable):
            state = next(run["state"] for run in api.runs("ingest_links") if run["dag_run_id"] == name)
        dead = [part for part, lives in airflow_status().components.items() if not lives]
        if dead and (state in ("success", "failed") or {"scheduler", "api-server"} & set(dead)):
            ended.append(f"Airflow's {', '.join(dead)} had ended by itself; all of it was started again")
            airflow(urls)
    return [*ended, f"ingest_links: {state}"]


def wait_for_the_rest(api: AirflowApi, urls: Urls) -> str:
    """Lets the time pass for what waits until ``ingest_due`` has nothing left to do."""
    began = time.monotonic()
    while time.monotonic() < began + 900:
        runs = [run["state"] for run in api.runs("ingest_due")]
        due = query(urls.owner, "SELECT count(*) FROM ingest.address WHERE due_at IS NOT NULL")[0][0]
        if not due and not {"queued", "running"} & set(runs):
            return f"ingest_due: {dict(Counter(runs))}, nothing left {time.monotonic() - began:.0f} s later"
        query(urls.owner, "UPDATE ingest.address SET due_at = now() - interval '1 minute' WHERE due_at > now()")
        time.sleep(2)
    return "ingest_due did not finish what waits"


def timeline(urls: Urls, name: str, run_id: int, asked: Asked, broken: bool) -> dict[str, float]:
    """How long the run took, and how much of it was Airflow's own.

    A host is busy from its first request to the record of its last look. The busy times, put into Airflow's slots in
    the order in which they began, are time that no scheduler could save. The rest of the run counts as Airflow's own,
    with the tasks before and after fetching. It hardly depends on the spacing; so its share of a run with the usual
    six seconds between two requests is computed as well. ``taken_over`` counts links that the run calls waiting
    although another run has settled them.
    """
    wall = query(
        str(urls.airflow),
        "SELECT extract(epoch FROM end_date - queued_at)::float FROM dag_run WHERE dag_id = 'ingest_links' AND run_id = %s",
        name,
    )[0][0]
    taken = query(
        urls.owner,
        "SELECT count(*) FROM ingest.run_address r JOIN ingest.address a USING (address_id) WHERE r.run_id = %s AND r.outcome = 'waiting' AND a.due_at IS NULL",
        run_id,
    )[0][0]
    ends = query(
        urls.owner,
        "SELECT host, extract(epoch FROM max(fetched_at))::float, count(*) FROM ingest.fetch JOIN ingest.address USING (address_id) WHERE run_id = %s GROUP BY host",
        run_id,
    )
    told = {"wall_s": wall, "taken_over": taken, "links_per_s": sum(looks for *_, looks in ends) / wall}
    if broken:  # its busy times have holes
        return told
    tasks = dict(
        query(
            str(urls.airflow),
            "SELECT rendered_map_index, duration FROM task_instance WHERE task_id = 'fetch' AND dag_id = 'ingest_links' AND run_id = %s",
            name,
        )
    )
    ends.sort(key=lambda row: asked.hosts[row[0]][0])
    busy = {host: end - asked.hosts[host][0] for host, end, _ in ends}
    fetching, at_six = makespan(busy.values()), makespan(min(6.0 * looks, 300) for *_, looks in ends)
    return {
        **told, "fetching_s": fetching, "own_s": wall - fetching, "own_share": (wall - fetching) / wall,
        "own_share_6s": (wall - fetching) / (wall - fetching + at_six),
        "task_own_s": statistics.median(tasks[host] - busy[host] for host in busy),
    }  # fmt: skip


def makespan(seconds: Iterable[float]) -> float:
    """How long tasks take in Airflow's slots when each begins as soon as a slot is free."""
    slots = [0.0] * SLOTS
    for each in seconds:
        slots[slots.index(min(slots))] += each
    return max(slots)


def main() -> None:
    parser = arguments("Links through two workers, and through Airflow, while things break.")
    parser.add_argument("--links", type=int, default=1000)
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--spacing", type=float, default=0.1, help="least seconds between two requests to a host")
    parser.add_argument("--airflow", action="store_true", help="through Airflow as well, whole and broken")
    parser.add_argument("--airflow-spacing", type=float, default=1, help="the same, in Airflow")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    contenders: dict[str, Callable[[Path], dict[str, float]]] = {
        "two_workers": lambda folder: without_airflow(options, folder),
        "airflow": lambda folder: through_airflow(options, folder, broken=False),
        "airflow_broken": lambda folder: through_airflow(options, folder, broken=True),
    }
    os.environ |= {"PYTHONPATH": str(ROOT), "ESSAYS_FETCH_SECONDS": f"{FETCH_SECONDS}"}
    figures = {}
    for contender, measure in list(contenders.items())[: None if options.airflow else 1]:
        with tempfile.TemporaryDirectory(prefix="links-") as scratch:
            spacing = options.spacing if contender == "two_workers" else options.airflow_spacing
            os.environ |= {"ESSAYS_HOME": f"{scratch}/home", "ESSAYS_HOST_SPACING": f"{spacing}"}
            settings.cache_clear()
            try:
                figures[contender] = {"spacing_s": spacing, **measure(Path(scratch))}
            finally:
                destroy_postgres()
    print(f"{options.links} links over {options.hosts} hosts, seed {options.seed}; nine in ten are articles")
    names = dict.fromkeys(name for row in figures.values() for name in row)
    rows = {name: {who: row[name] for who, row in figures.items() if name in row} for name in names}
    show(rows, ("apache-airflow", "sqlalchemy", "psycopg2-binary", "requests"), None)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), "utf-8")
    sys.exit(any(row["wrong"] for row in figures.values()))


if __name__ == "__main__":
    main()
