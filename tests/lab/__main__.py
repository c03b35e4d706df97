"""Runs a lab until it is interrupted: ``python -m tests.lab [--script FILE] [--pages DIR] [--log FILE]``.

Prints the environment that leads this program there: ``eval`` it in another shell, then ingest the links. SIGUSR1 takes
the network away, and brings it back the next time.
"""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import threading
from pathlib import Path

from tests.lab.server import PAGES, Lab

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__.splitlines()[0])
    parser.add_argument("--script", type=Path, default=HERE / "example.json", help="what the hosts do (JSON)")
    parser.add_argument("--pages", type=Path, default=PAGES, help="folder of the pages that the script names")
    parser.add_argument("--log", type=Path, help="file for the requests, one line of JSON each")
    given = parser.parse_args()
    over, asked = threading.Event(), threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: asked.set())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with Lab(json.loads(given.script.read_text("utf-8")), given.pages, given.log) as lab:
        for name, value in lab.environment().items():
            print(f"export {name}={shlex.quote(value)}", flush=True)
        there = True
        while not over.wait(0.1):
            if asked.is_set():
                asked.clear()
                (lab.down if there else lab.up)()
                there = not there


main()
