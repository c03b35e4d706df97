"""The essay of one page that has an article container, and what the page proves about it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cached_property

from ingest import dates
from ingest import text as texts
from ingest.markup.body import Body
from ingest.markup.page import Page
from ingest.model import (
    WECHAT_TYPES,
    Account,
    Address,
    Chrome,
    Claim,
    Completeness,
    Essay,
    Evidence,
    Precision,
    Published,
    Reading,
    Role,
    State,
)
from ingest.redact import redact_words
from ingest.sites.wechat import lineage
from ingest.sites.wechat.addresses import NAME, Identity, address, identity, made
from ingest.sites.wechat.bodies import Told, body_of
from ingest.sites.wechat.fields import Fields, plain, unescape
from ingest.sites.wechat.mentions import mentions
from ingest.urls.normalise import distinct, spelled

READER = "wechat/3"

# What tells the type when the scripts are gone.
_SHAPES = (
    (("#js_text_title", "#js_text_desc", ".page_share_text"), State.TEXT_POST),
    (("#img_list", "#js_image_desc", ".page_share_img"), State.IMAGE_POST),
    (("#js_mpvedio", "#js_common_share_desc", ".page_share_video"), State.VIDEO_SHARE),
    (("#voice_parent", ".page_share_audio"), State.AUDIO_SHARE),
)
_ROLES = {"1": Role.ORIGINAL, "2": Role.REPRINT}
_CONTENT_MEDIA = ["img", "iframe", "video", "svg", "mpvoice", "mp-common-mpaudio", "mp-common-videosnap", "qqmusic"]
_MOST_ALBUMS = 20
_END_WITHIN = 4096  # characters at the end of a whole page in which its last tag stands
_END = re.compile("</html", re.IGNORECASE)
_TIMES = ("ct", "ori_create_time", "oriCreateTime", "create_time", "ori_send_time")
_OPENED = datetime(2011, 3, 13, tzinfo=UTC)  # a year before the platform


class Article:
    """One page with an article container."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.fields = Fields(page.scripts)
        self.whole = bool(self.fields.data) or bool(self.fields.variable("biz", "bizuin", "ct"))
        self.state = self._type()
        self.told = Told(Body("", ""))

    def reading(self) -> Reading:
        """The state of the page, and its essay unless it lost its end or has no body."""
        essay, reason = None, self._cut()
        if reason is None:
            self.told = body_of(self.page, self.fields, self.state)
            essay = self._essay()
            reason = None if essay else f"the {self.state.replace('_', ' ')} has no body"
        state = self.state if essay else State.UNREADABLE
        if essay and essay.completeness is Completeness.PREVIEW:
            state = State.PREVIEW_ONLY
        evidence = Evidence.WHOLE if self.whole else Evidence.REDUCED
        seen = _time(self.fields.raw("svr_time"))
        return Reading(state, READER, NAME, essay, reason, self.addresses, evidence, seen.at if seen else None)

    @property
    def empty(self) -> bool:
        """Whether the page has neither words nor pictures of its own."""
        return not self.told.body.text and not self.told.body.images

    def _type(self) -> State:
        if (kind := self.fields.raw("item_show_type")) in WECHAT_TYPES:
            return WECHAT_TYPES[kind]
        return next((state for shape, state in _SHAPES if self.page.first(*shape)), State.ARTICLE)

    def _cut(self) -> str | None:
        """Why this is only the beginning of a page. SingleFile leaves the last tags out."""
        html = self.page.html
        tail = html[-_END_WITHIN:]
        end = len(html) - len(tail) + len(tail.rstrip()) if tail.strip() else len(html.rstrip())
        body = max(html.find("js_article"), html.find("js_content"), 0)
        ended = _END.search(html, max(end - _END_WITHIN, body), end) is not None
        if ended or "SingleFile" in html[:_END_WITHIN]:
            return None
        return "the page is cut off: its end is missing"

    # Identity and addresses.

    @cached_property
    def identity(self) -> Identity | None:
        """What the scripts say, else what an address in the page says; never what a card in the body says."""
        names = ("bizuin", "biz"), ("mid", "appmsgid"), ("idx", "itemidx"), ("sn",)
        biz, mid, idx, sn = (self.fields.raw(*some) for some in names)
        if found := made(biz, mid, idx, sn):
            return found
        proven = (identity(url) for url in self._urls)
        return next((found for found in proven if found and biz in ("", found.biz)), None)

    @cached_property
    def _urls(self) -> list[str]:
        """Addresses that the page gives itself, in any form."""
        found = [self.fields.raw("link"), self.fields.variable("msg_link"), self._meta("property", "og:url")]
        found += [self._meta("rel", "canonical"), self.page.url or "", self.page.saved_from or ""]
        return [url for url in found if url]

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """Short links first: they are the ones that are answered."""
        own = self.identity
        found = [one for url in self._urls if (one := spelled(address(url), url))]
        if own:
            same = [one for one in found if one.key == own.address.key]
            found = [one for one in found if one.key.startswith((f"{NAME}:s/", f"{NAME}:tmp/"))]
            found += [*same, own.address]
        return tuple(sorted(distinct(found), key=lambda one: not one.key.startswith(f"{NAME}:s/")))

    # The essay.

    def _essay(self) -> Essay | None:
        title = self._title()
        if self.empty and (
            title is None or (self.state is State.ARTICLE and not self._has_media() and not self._unpaid())
        ):
            return None
        text = self.told.body.text or title or ""  # a post of pictures or a video alone is found by its title
        title = None if self._untitled(title) else title
        own, addresses = self.identity, self.addresses
        return Essay(
            text=text,
            markdown=self.told.body.markdown or text,
            display_title=texts.display_title(title, text),
            title=title,
            native_id=own.native_id if own else None,
            url=addresses[0].url if addresses else None,
            account=self._account(),
            author=self._author(),
            published=self._published(),
            language=texts.language(text),
            completeness=self._completeness(),
            role=Role.REPRINT if self.told.shared else self._role(),
            images=self.told.body.images,
            chrome=self._chrome(),
            claims=self._claims(),
        )

    def _has_media(self) -> bool:
        content = self.page.first("#js_content")
        return content is not None and content.find(_CONTENT_MEDIA) is not None

    def _title(self) -> str | None:
        heading = self.page.first("#activity-name")
        inner = heading.find(class_="js_title_inner") if heading else None
        shown = inner or heading or self.page.first("#js_text_title", "#video_title")
        words = "".join(part for part in shown.strings if not part.find_parent(class_="pay__tag")) if shown else ""
        if not words.strip():
            words = self.fields.text("title", "msg_title")
        if not words.strip():
            words = plain(self._meta("property", "og:title"))
        return texts.clean(redact_words(" ".join(words.split()))) or None

    def _untitled(self, title: str | None) -> bool:
        """A text post without a title of its own gives its text as the title."""
        if self.state is not State.TEXT_POST or title is None:
            return title is None
        told = self.fields.part("text_page_info").get("is_user_title")
        return told == "0" or (told is None and texts.fold(title) == texts.fold(self.told.body.text))

    def _account(self) -> Account | None:
        name = self.fields.text("nick_name", "nickname") or self._shown(
            "#js_name", ".account_nickname_inner", ".wx_follow_nickname", ".profile_nickname"
        )
        biz = self.identity.biz if self.identity else self.fields.raw("bizuin", "biz")
        ids = (self.fields.raw("user_name"), biz, self.fields.raw("alias"))
        kept = tuple(dict.fromkeys(one for one in ids if one))
        return Account(texts.clean(name) or None, kept) if name or kept else None

    def _author(self) -> str | None:
        name = self.fields.text("author") or self._meta("name", "author") or self._shown("#js_author_name")
        name = " ".join(name.split())
        half = len(name) // 2
        doubled = len(name) > 2 and len(name) % 2 == 0 and name[:half] == name[half:] and not self.whole
        return (name[:half] if doubled else name) or None

    def _meta(self, kind: str, name: str) -> str:
        return self._metas.get((kind, name), "")

    @cached_property
    def _metas(self) -> dict[tuple[str, str], str]:
        """What ``meta`` and ``link`` say, the first of a name each, gathered in one walk."""
        metas: dict[tuple[str, str], str] = {}
        for element in self.page.declared:
            for kind in ("property", "name", "rel"):
                if name := element.given(kind):
                    metas.setdefault((kind, name), element.given("content") or element.given("href"))
        return metas

    def _shown(self, *places: str) -> str:
        tag = self.page.first(*places)
        return " ".join(tag.get_text().split()) if tag else ""

    def _published(self) -> Published | None:
        """What is told most exactly, by scripts or by what the page shows."""
        told = [_time(self.fields.raw(name)) for name in _TIMES]
        told += [_time(self.fields.variable("createTime")), dates.published(self._shown("#publish_time"))]
        return min(filter(None, told), key=lambda one: list(Precision).index(one.precision), default=None)

    def _role(self) -> Role:
        told = self.fields.part("copyright_info").get("copyright_stat")
        told = told or self.fields.variable("copyright_stat", "_copyright_stat")
        if not self.whole and "原创" in self._shown("#copyright_logo"):
            return Role.ORIGINAL
        return _ROLES.get(str(told), Role.UNKNOWN)

    def _completeness(self) -> Completeness:
        if self._unpaid():
            return Completeness.PREVIEW
        return Completeness.EXCERPT if self.told.partial else Completeness.FULL

    def _unpaid(self) -> bool:
        """A reader who didn't buy gets the beginning of the text at most."""
        if self.page.first(".mp-pay-preview-filter"):
            return True
        paid = self.fields.part("user_info").get("is_paid")
        return self.fields.raw("is_pay_subscribe") == "1" and (paid or self.fields.raw("is_paid")) != "1"

    def _chrome(self) -> tuple[Chrome, ...]:
        note = texts.clean(plain(self.fields.text("desc", "share_notice"))) if self.told.shared else ""
        found = [Chrome("share_notice", redact_words(note))] if note else []
        return (*found, *(Chrome("album", title) for title in self._albums()))

    def _albums(self) -> tuple[str, ...]:
        """The albums that the article belongs to."""
        tags = self.fields.part("public_tag_info").get("tags")
        parts = [self.fields.part("appmsgalbuminfo"), *(tags if isinstance(tags, list) else [])]
        titles = (str(one.get("title") or one.get("tag_name") or "") for one in parts if isinstance(one, dict))
        return tuple(dict.fromkeys(clean for title in titles if (clean := texts.clean(unescape(title)))))[:_MOST_ALBUMS]

    # Claims.

    def _claims(self) -> tuple[Claim, ...]:
        """What the page declares of itself, then what its body mentions."""
        own = {self.identity.address.key} if self.identity else set()
        own |= {one.key for one in self.addresses} | {one.key for url in self._urls if (one := address(url))}
        declared = lineage.source(self.page, self.fields), lineage.outside(self.fields)
        claims = [claim for claim in declared if claim and claim.target.key not in own]
        if self.told.root is not None:
            claims += mentions(self.told.root, lineage.titles(self.fields), own)
        once = {(claim.kind, claim.target.key): claim for claim in reversed(claims)}
        return tuple(reversed(once.values()))


def _time(words: str) -> Published | None:
    """A time that a script gives."""
    found = dates.whole(words)
    return found if found and found.at >= _OPENED else None
