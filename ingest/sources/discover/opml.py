"""OPML: the list of subscriptions that feed readers exchange. It names sources and no essays."""

from __future__ import annotations

from ingest.sources.discover import Answer, Found, xml
from ingest.sources.discover.gather import Gathering, first, words

KIND = "opml"


def read(answer: Answer) -> Found | None:
    """The feeds of a list, each once, whatever folders they are in."""
    root = answer.tree
    if root is None or xml.local(root) != "opml":
        return None
    gathering = Gathering(answer)
    for outline in root.iter():
        if xml.local(outline) == "outline" and (url := xml.attribute(outline, "xmlurl")):
            title = first(words(xml.attribute(outline, name)) for name in ("title", "text"))
            gathering.add_place(url, title=title)
    title = next((element.text for element in root.iter() if xml.local(element) == "title"), None)
    return gathering.found(KIND, title)
