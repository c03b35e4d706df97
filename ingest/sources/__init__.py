"""Sources that are followed: added once, checked by their own rhythm, and named when they fall silent."""

from ingest.sources.adding import Added, NotFollowed, add_source, check_now, pause, resume, sources
from ingest.sources.checking import Check, check_source, due_sources, portions

__all__ = [
    "Added",
    "Check",
    "NotFollowed",
    "add_source",
    "check_now",
    "check_source",
    "due_sources",
    "pause",
    "portions",
    "resume",
    "sources",
]
