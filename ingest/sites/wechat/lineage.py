"""What a page declares of where its article comes from, and what it calls the articles that it links to."""

from __future__ import annotations

from base64 import b64encode

from ingest.markup.page import Page, attribute
from ingest.model import Claim
from ingest.sites import known
from ingest.sites.wechat.addresses import address, identity, made
from ingest.sites.wechat.fields import Fields, unescape
from ingest.urls.wrappers import unwrapped


def source(page: Page, fields: Fields) -> Claim | None:
    """The article that this one is a reprint of."""
    rights = fields.part("copyright_info")

    def told(name: str) -> str:
        return str(rights.get(name) or fields.variable(name))

    link = told("reprint_url") or _shared_from(page)
    linked = identity(link)
    biz = told("source_encode_biz") or _encoded(told("source_biz"))
    found = made(biz, told("source_mid"), told("source_idx"), (linked.sn or "") if linked else "") or linked
    target = found.address if found else address(link)
    platform = unescape(str(rights.get("platform") or ""))
    named = platform if not platform.isdigit() else ""  # some pages have a number there
    shown = page.first("#js_share_author", "#js_share_nickname")
    quote = named or (" ".join(shown.get_text().split()) if shown else "")
    return Claim("reprint_of", target, quote or None) if target else None


def outside(fields: Fields) -> Claim | None:
    """The link under the article to where it can be read in full, or stood first."""
    url = unwrapped(unescape(fields.text("source_url", "msg_source_url")).strip())
    target = known(url) if url.startswith(("http://", "https://")) else None
    return Claim("links_to", target) if target else None


def titles(fields: Fields) -> dict[str, str]:
    """What the data calls the articles that the body links to, by their keys."""
    listed = fields.data.get("ainfos")
    told = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    named = ((address(str(one.get("url") or "")), unescape(str(one.get("title") or ""))) for one in told)
    return {found.key: " ".join(title.split()) for found, title in named if found and title}


def _shared_from(page: Page) -> str:
    """The link of a share card to the article it shares; an essay's own elements don't count."""
    tag = page.first("#js_share_source")
    if tag is None or tag.find_parent(id="js_content") is not None:
        return ""
    return attribute(tag, "data-url") or attribute(tag, "href")


def _encoded(number: str) -> str:
    """An account's number as addresses have it."""
    return b64encode(number.encode()).decode() if number.isascii() and number.isdigit() and number != "0" else ""
