"""How a site lays out its pages, as data: what its addresses look like, where an article's parts stand, what it says.

A site is then a file of places (``ingest/sites/``), read by one function that holds for all of them: a page is an
essay only when it has the site's container, is whole, and is no challenge; visible words count only without one.
"""

from __future__ import annotations

from ingest.sites.layout.forms import Form, Forms
from ingest.sites.layout.places import (
    Parts,
    Place,
    at,
    attr,
    data,
    linked,
    meta,
    only,
    source,
    values,
    within,
    without,
    words,
)
from ingest.sites.layout.reader import Layout, first_of

__all__ = [
    "Form",
    "Forms",
    "Layout",
    "Parts",
    "Place",
    "at",
    "attr",
    "data",
    "first_of",
    "linked",
    "meta",
    "only",
    "source",
    "values",
    "within",
    "without",
    "words",
]
