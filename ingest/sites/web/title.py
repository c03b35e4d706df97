"""The title of a page without the name of its site, and that name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.sites.web.head import Head
from ingest.sites.web.lines import kind_of_line
from ingest.sites.web.tree import HEADINGS, Block
from ingest.sites.web.trim import said
from ingest.text import fold
from ingest.urls.normalise import host

_STRONG = re.compile(r"\s*[_|｜]\s*|\s+[»–—•·::]\s+|——")
_WEAK = re.compile(r"\s+-+\s+|-(?=[^-\s]{2,12}$)|\s+[-–—]|[–—]\s+")
_EDIT = re.compile(r"\s*\[\s*(?:编辑|編輯|edit)\s*\]$", re.IGNORECASE)
_SEPARATOR = re.compile(r"[_|｜]|\s*[-–—]+\s*")
_PUBLISHER = re.compile(r"\S{1,9}(?:网|报|社|刊|电视台|广播电台|百科|论坛|博客|新闻)$")
_PART_OF_A_TITLE = 0.6  # a heading this long, beside the title, that stands in the title is the title
_OG = ("og:title", "twitter:title")
_LONGEST = 200


def headline(head: Head, url: str | None, blocks: Sequence[Block]) -> str:
    """The title as the head says it, without the name of the site; empty when it says none."""
    name = fold(site_name(head) or "")
    label = fold(max(host(url).split("."), key=len, default=""))
    told = [head.meta(*_OG), head.title]
    if (said_so := head.told("headline")) and (not any(told) or fold(said_so) in fold("".join(told))):
        told.insert(0, said_so)
    short = [block for block in blocks if 0 < block.words < _LONGEST]
    headings = [_EDIT.sub("", block.text) for block in short if block.element.tag in ("h1", "h2")]
    lines = [block.text for block in short if not block.links]
    for title in filter(None, told):
        if begun := _begins_with(title, headings, lines, name, label):
            return begun
        core = _without_site(title, name, label)
        if fold(core) and fold(core) != name:
            return core[:_LONGEST]
    alone = [block.text for block in short if block.element.tag == "h1"]
    return alone[0] if len(alone) == 1 and not any(told) else ""


def _begins_with(title: str, headings: Sequence[str], lines: Sequence[str], name: str, label: str) -> str:
    """The longest heading that a title begins with or has between separators; or any line that is its first part."""
    whole = fold(title)
    parts = {fold(part) for half in _STRONG.split(title) for part in (half, *_WEAK.split(half), *half.split("-"))}
    found = [one for one in headings if fold(one) in parts or (len(fold(one)) > 5 and whole.startswith(fold(one)))]
    found += [one for one in lines if len(fold(one)) > 3 and fold(one) in parts and whole.startswith(fold(one))]
    own = [" ".join(one.split()) for one in found
           if (folded := fold(one)) and folded != name and folded not in name and folded not in label]  # fmt: skip
    return max(own, key=len, default="")


def _without_site(title: str, name: str, label: str) -> str:
    parts = [part for part in _STRONG.split(title) if part.strip()]
    if len(parts) > 1:
        kept = [part for part in parts if not _is_site(part, name, label)] or parts
        title = kept[0] if len(fold(kept[0])) * 2 >= max(len(fold(part)) for part in kept) else max(kept, key=len)
    weak = list(_WEAK.finditer(title))
    for found in reversed(weak):
        front, back = title[: found.start()], title[found.end() :]
        if _is_site(back, name, label) or (len(fold(front)) > 3 * len(fold(back)) and 0 < len(fold(back)) <= 8):
            title = front
        elif _is_site(front, name, label):
            return back.strip()
        else:
            break
    return title.strip()


def _is_site(part: str, name: str, label: str) -> bool:
    folded = fold(part)
    if not folded or not (name or label):
        return False
    if name and (folded == name or (len(name) >= 2 and name in folded and len(folded) <= len(name) + 8)):
        return True
    return (
        (len(folded) >= 3 and folded in label)
        or (len(label) >= 4 and label in folded)
        or (bool(name) and folded in name)
    )


def title_at(blocks: Sequence[Block], title: str) -> int | None:
    """The block that shows the title: an ``h1`` first, else any block with just these words."""
    wanted = fold(title)
    if len(wanted) < 2:
        return None
    shown = None
    for at, block in enumerate(blocks):
        if not block.words or block.words > 3 * len(title) + 30:
            continue
        found = fold(block.text)
        heading = block.element.tag in HEADINGS
        if found == wanted or (heading and _nearly(found, wanted)):
            if block.element.tag == "h1":
                return at
            shown = at if shown is None else shown
    return shown


def _nearly(found: str, wanted: str) -> bool:
    shorter, longer = sorted((found, wanted), key=len)
    return len(shorter) >= _PART_OF_A_TITLE * len(longer) and shorter in longer


def shown_title(blocks: Sequence[Block], at: int | None, told: str) -> str | None:
    """The title as the page shows it; what the head says when it isn't shown."""
    if at is not None and (words := " ".join(said(blocks[at].element).split())) and len(words) <= _LONGEST:
        return words if fold(words) and fold(words) in fold(told) else told or words
    return told or None


def site_name(head: Head) -> str | None:
    """The name of the site, as the page gives it."""
    publisher = head.article.get("publisher")
    name = head.meta("og:site_name") or (publisher.get("name") if isinstance(publisher, dict) else "")
    name = name if isinstance(name, str) else ""
    name = name or head.meta("application-name", "apple-mobile-web-app-title") or _suffix(head.title)
    return name.strip()[:80] or None if name and "://" not in name and kind_of_line(name) is None else None


def _suffix(title: str) -> str:
    """The last part of a title that is called as publishers are."""
    parts = [part.strip() for part in _SEPARATOR.split(title)]
    return next((part for part in reversed(parts[1:]) if _PUBLISHER.match(part)), "")
