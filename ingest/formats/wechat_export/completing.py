"""What a list adds to the essay of a page."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest import text as texts
from ingest.formats.wechat_export.lists import Listed
from ingest.model import Account, Completeness, Essay, Role, State


def complete(essay: Essay | None, entry: Listed, *, title_will_do: bool = False) -> Essay | None:
    """The essay with what its page lacked; what the page says stays. None when neither page nor list has a text.

    A page that lost its body with its scripts takes the text of the list. Where that has none either, the title will do
    if the caller says so: it is then an excerpt of the post, until a better page comes.
    """
    bare = essay is None or essay.text == (essay.title or "")
    text = entry.content if bare and entry.content else essay.text if essay else ""
    if not text and entry.title and title_will_do:
        known = essay or Essay(entry.title, _lines(entry.title), "")
        excerpt = replace(known, text=entry.title, markdown=_lines(entry.title), completeness=Completeness.EXCERPT)
        return complete(replace(excerpt, title=entry.title), replace(entry, content=None))
    if not text:
        return None
    known = essay or Essay(text, _lines(text), "")
    title = known.title or _own_title(entry, text)
    short = next((address.url for address in entry.addresses), None)
    return replace(
        known,
        text=text,
        markdown=known.markdown if text == known.text else _lines(text),
        images=known.images if text == known.text else tuple(replace(i, position=None) for i in known.images),
        display_title=texts.display_title(title, text),
        title=title,
        native_id=known.native_id or entry.native_id,
        url=known.url or short,
        account=_account(known.account, entry),
        author=known.author or entry.author,
        published=known.published or entry.published,
        language=known.language or texts.language(text),
        role=known.role if known.role is not Role.UNKNOWN else entry.role,
    )


def _own_title(entry: Listed, text: str) -> str | None:
    """Lists give a text post without a title its whole text as one."""
    if not entry.title or (entry.state is State.TEXT_POST and texts.fold(entry.title) == texts.fold(text)):
        return None
    return entry.title


def _account(known: Account | None, entry: Listed) -> Account | None:
    biz = entry.native_id.rsplit("/", 2)[0] if entry.native_id else None
    name = (known.name if known else None) or entry.account
    ids = (known.ids if known else ()) or ((biz,) if biz else ())
    return Account(name, ids) if name or ids else None


def _lines(text: str) -> str:
    """Plain text as Markdown: its line breaks are kept."""
    escaped = re.sub(r"([\\`*_]|<(?=[A-Za-z/!?]))", r"\\\1", text)
    return re.sub(r"(?<!\n)\n(?!\n)", "\\\\\n", re.sub(r"(?m)^(#{1,6} |>|[-+] )", r"\\\1", escaped))
