"""What Airflow is given beside the DAG files: the trigger, the note of a run, and what is taken out of Airflow."""

from __future__ import annotations

import asyncio
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from ingest.orchestration import runs
from ingest.settings import settings
from ingest.store import Store

from ..conftest import database_url

SECRET = "https://mp.weixin.qq.com/s?__biz=MzA5MDEyMzQ1Ng==&mid=1&idx=1&key=0a1b2c3d4e5f60718293a4b5c6d7e8f9&uin=MjM0NTY3ODkw"


class Airflow:
    """As much of Airflow's API as is asked for here, with runs that a test gives it."""

    def __init__(self, dag_runs: dict[str, list[dict[str, Any]]]) -> None:
        self.runs, self.notes, self.deleted = dag_runs, {}, []
        air = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self, body: object, status: int = 200) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.answer({"access_token": "t"})

            def do_PATCH(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.headers.get("Authorization") != "Bearer t":
                    return self.answer({"detail": "who?"}, 401)
                air.notes[self.path.split("?")[0]] = body["note"]
                return self.answer({})

            def do_DELETE(self) -> None:
                air.deleted.append(self.path.rsplit("/", 1)[1])
                self.answer({})

            def do_GET(self) -> None:
                name = self.path.split("/")[4]
                if name not in air.runs:
                    return self.answer({"detail": "no such DAG"}, 404)
                return self.answer({"dag_runs": air.runs[name], "total_entries": len(air.runs[name])})

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch):
    made = Airflow({})
    monkeypatch.setenv("ESSAYS_AIRFLOW_URL", f"http://127.0.0.1:{made.server.server_port}")
    monkeypatch.setenv("ESSAYS_AIRFLOW_PASSWORD", "secret")
    settings.cache_clear()
    yield made
    made.close()
    settings.cache_clear()


def run(number: int, conf: object, state: str = "success", ended: str = "2026-11-22T00:00:00Z") -> dict[str, Any]:
    return {"dag_run_id": f"run{number}", "conf": conf, "state": state, "end_date": ended}


def test_the_account_is_the_note_of_the_run_as_far_as_it_fits(airflow: Airflow) -> None:
    lines = ["100 handed in: 100 fetched"] + [f"{n:>7} fetched (article) 第{n}条" for n in range(100)]
    runs.note("ingest_links", "manual__2026-11-22T05:54:21+00:00", lines)
    ((path, text),) = airflow.notes.items()
    assert path.endswith("/dags/ingest_links/dagRuns/manual__2026-11-22T05%3A54%3A21%2B00%3A00")
    assert len(text) <= runs.MOST_NOTE
    assert text.startswith("100 handed in: 100 fetched\n\n- 0 fetched (article) 第0条\n- 1") and text.endswith(
        "条\n- …"
    )


def test_a_short_account_is_shown_whole(airflow: Airflow) -> None:
    runs.note("ingest_links", "run", ["1 handed in: 1 fetched", "      1 fetched (article)", "1 documents, 1 essays"])
    assert list(airflow.notes.values()) == ["1 handed in: 1 fetched\n\n- 1 fetched (article)\n- 1 documents, 1 essays"]


def test_without_the_api_the_run_goes_on(monkeypatch: pytest.MonkeyPatch, airflow: Airflow) -> None:
    airflow.close()
    runs.note("ingest_links", "run", ["account"])
    monkeypatch.delenv("ESSAYS_AIRFLOW_URL")
    settings.cache_clear()
    runs.note("ingest_links", "run", ["account"])
    assert runs.purge() == []


def test_runs_that_show_session_keys_are_deleted_and_others_stay(airflow: Airflow) -> None:
    airflow.runs = {
        "ingest_links": [
            run(1, {"text": f"看 {SECRET} 很好", "tags": []}),
            run(2, {"text": "https://mp.weixin.qq.com/s/Kd3_vT9-xQ0aZbYcWdEfGh", "tags": ["key"]}),
            run(3, {"text": SECRET}, state="running"),
            run(4, {}),
        ],
        "ingest_due": [run(5, {"retry": [SECRET]}), run(6, {}, ended="2026-01-01T00:00:00Z")],
    }
    assert runs.purge() == ["ingest_links run1", "ingest_due run5", "ingest_due run6"]
    assert airflow.deleted == ["run1", "run5", "run6"]


def test_the_trigger_speaks_when_something_became_due_and_survives_a_database_that_is_away(
    database: str, store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest import pipeline
    from ingest.intake import submit
    from ingest.orchestration.triggers import DueTrigger

    path, given = DueTrigger("links_due", every=0.05, rest=0.05).serialize()
    assert path == "ingest.orchestration.triggers.DueTrigger"

    async def events(seconds: float) -> list[int]:
        heard: list[int] = []

        async def listen() -> None:
            async for event in DueTrigger(**given).run():
                heard.append(event.payload["due"])

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(listen(), seconds)
        return heard

    there, away = Store(database_url(database, "loader")), Store("postgresql://essays_loader:x@127.0.0.1:1/essays")
    monkeypatch.setattr(pipeline, "connect", lambda: away)
    assert asyncio.run(events(0.3)) == []
    monkeypatch.setattr(pipeline, "connect", lambda: there)
    assert asyncio.run(events(0.5)) == []
    submit.hand_in(store, pipeline.open_run(store, "links"), "https://mp.weixin.qq.com/s/Kd3_vT9-xQ0aZbYcWdEfGh")
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE ingest.address SET due_at = now() - interval '1 minute'")
        connection.exec_driver_sql("UPDATE ingest.run SET started_at = now() - interval '1 hour'")
    assert set(asyncio.run(events(1))) == {1}
