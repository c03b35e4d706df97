"""Abstracts at arXiv: abs, pdf and html of any version are one paper; what is read is its abstract."""

from __future__ import annotations

import re

from ingest.markup.page import attribute
from ingest.model import Completeness, State
from ingest.sites.layout import Form, Forms, Layout, Parts, at, meta

NAME = "arxiv"
READER = "arxiv/2"
HOSTS = frozenset({"arxiv.org", ".arxiv.org", "ar5iv.org", "ar5iv.labs.arxiv.org"})

_KIND = r"/(?:abs|pdf|html|format|ps|src|e-print)"
_URL = "https://arxiv.org/abs/{id}"
_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(rf"{_KIND}/(?P<id>\d{{4}}\.\d{{4,5}})(?:v\d+)?(?:\.pdf)?", "{id}", _URL),
        Form(rf"{_KIND}/(?P<id>[a-z-]+(?:\.[A-Z]{{2}})?/\d{{7}})(?:v\d+)?(?:\.pdf)?", "{id}", _URL),
    ),
)
LINK, address = _FORMS.link, _FORMS.address


def _authors(parts: Parts) -> str | None:
    shown = [tag.get_text() for tag in parts.soup.select(".authors a")]
    listed = [attribute(tag, "content") for tag in parts.soup.select("meta[name=citation_author]")]
    names = shown or [re.sub(r"^([^,]+), (.+)$", r"\2 \1", name) for name in listed]
    return ", ".join(names) or None


_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    body=(at("blockquote.abstract"),),
    title=(meta("citation_title", "og:title"),),
    account=(),
    author=(_authors,),
    published=(meta("citation_date"), at(".dateline")),
    zone="UTC",
    chrome=(("label", ".descriptor"),),
    completeness=Completeness.EXCERPT,
    said=(at("#content h1", "main h1", "h1"),),
    phrases=(
        ("rate exceeded", State.RATE_LIMITED),
        ("not recognized", State.PARAM_ERROR),
        ("not found", State.NOT_FOUND),
        ("doesn't exist", State.NOT_FOUND),
    ),
)
owns, read = _LAYOUT.owns, _LAYOUT.read
