"""The essay of one page that has an article container, and what the page proves about it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from ingest import text as texts
from ingest.body import Body
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
from ingest.page import Page, attribute
from ingest.redact import redact_url
from ingest.sites.wechat.addresses import NAME, Identity, address, distinct, host, identity, made
from ingest.sites.wechat.bodies import body_of
from ingest.sites.wechat.fields import Fields, plain, unescape

READER = "wechat/1"

# What tells the type when the scripts are gone.
_SHAPES = (
    (("#js_text_title", "#js_text_desc", ".page_share_text"), State.TEXT_POST),
    (("#img_list", "#js_image_desc", ".page_share_img"), State.IMAGE_POST),
    (("#js_mpvedio", "#js_common_share_desc", ".page_share_video"), State.VIDEO_SHARE),
    (("#voice_parent", ".page_share_audio"), State.AUDIO_SHARE),
)
_ROLES = {"1": Role.ORIGINAL, "2": Role.REPRINT}
_CONTENT_MEDIA = ["img", "iframe", "video", "svg", "mpvoice", "mp-common-mpaudio", "mp-common-videosnap", "qqmusic"]
_END_WITHIN = 4096  # characters at the end of a whole page in which its last tag stands
_BEIJING = timezone(timedelta(hours=8))
_EPOCHS = range(1_300_000_000, 4_000_000_000)  # the platform opened in 2012
_DATE = re.compile(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


class Article:
    """One page with an article container."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.fields = Fields(page.soup)
        self.whole = bool(self.fields.data) or bool(self.fields.variable("biz", "bizuin", "ct"))
        self.state = self._type()
        self.body = Body("", "")
        self.shared = False

    def reading(self) -> Reading:
        """The state of the page, and its essay unless it lost its end or has no body."""
        essay, reason = None, self._cut()
        if reason is None:
            self.body, self.shared = body_of(self.page, self.fields, self.state)
            essay = self._essay()
            reason = None if essay else f"the {self.state.replace('_', ' ')} has no body"
        state = self.state if essay else State.UNREADABLE
        if essay and essay.completeness is Completeness.PREVIEW:
            state = State.PREVIEW_ONLY
        evidence = Evidence.WHOLE if self.whole else Evidence.REDUCED
        seen = _epoch(self.fields.raw("svr_time"))
        return Reading(state, READER, NAME, essay, reason, self.addresses, evidence, seen)

    def _type(self) -> State:
        if (kind := self.fields.raw("item_show_type")) in WECHAT_TYPES:
            return WECHAT_TYPES[kind]
        return next((state for shape, state in _SHAPES if self.page.first(*shape)), State.ARTICLE)

    def _cut(self) -> str | None:
        """Why this is only the beginning of a page. SingleFile leaves the last tags out."""
        html = self.page.html
        end = html.lower().rfind("</html", max(html.find("js_article"), html.find("js_content"), 0))
        if (end > 0 and end >= len(html.rstrip()) - _END_WITHIN) or "SingleFile" in html[:_END_WITHIN]:
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
        proven = (identity(url) for url in self._urls())
        return next((found for found in proven if found and biz in ("", found.biz)), None)

    def _urls(self) -> list[str]:
        """Addresses that the page gives itself, in any form."""
        canonical = self.page.soup.find("link", rel="canonical")
        found = [self.fields.raw("link"), self.fields.variable("msg_link"), self._meta("property", "og:url")]
        found += [attribute(canonical, "href") if canonical else "", self.page.url or "", self.page.saved_from or ""]
        return [url for url in found if url]

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """Short links first: they are the ones that are answered."""
        own = self.identity
        found = [known for url in self._urls() if (known := address(url))]
        if own:
            found = [known for known in found if known.key.startswith((f"{NAME}:s/", f"{NAME}:tmp/"))]
            found.append(own.address)
        return tuple(sorted(distinct(found), key=lambda known: not known.key.startswith(f"{NAME}:s/")))

    # The essay.

    def _essay(self) -> Essay | None:
        title = self._title()
        empty = not self.body.text and not self.body.images
        if empty and (title is None or (self.state is State.ARTICLE and not self._has_media() and not self._unpaid())):
            return None
        text = self.body.text or title or ""  # a post of pictures or a video alone is found by its title
        title = None if self._untitled(title) else title
        own, addresses = self.identity, self.addresses
        return Essay(
            text=text,
            markdown=self.body.markdown or text,
            display_title=texts.display_title(title, text),
            title=title,
            native_id=own.native_id if own else None,
            url=addresses[0].url if addresses else None,
            account=self._account(),
            author=self._author(),
            published=self._published(),
            language=texts.language(text),
            completeness=Completeness.PREVIEW if self._unpaid() else Completeness.FULL,
            role=Role.REPRINT if self.shared else self._role(),
            images=self.body.images,
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
        return texts.clean(" ".join(words.split())) or None

    def _untitled(self, title: str | None) -> bool:
        """A text post without a title of its own gives its text as the title."""
        if self.state is not State.TEXT_POST or title is None:
            return title is None
        told = self.fields.part("text_page_info").get("is_user_title")
        return told == "0" or (told is None and texts.fold(title) == texts.fold(self.body.text))

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
        tag = self.page.soup.find("meta", attrs={kind: name})
        return attribute(tag, "content") if tag else ""

    def _shown(self, *places: str) -> str:
        tag = self.page.first(*places)
        return " ".join(tag.get_text().split()) if tag else ""

    def _published(self) -> Published | None:
        for name in ("ct", "ori_create_time", "oriCreateTime", "create_time", "ori_send_time"):
            if at := _epoch(self.fields.raw(name)):
                return Published(at)
        return _dated(self.fields.raw("create_time")) or _dated(self._shown("#publish_time"))

    def _role(self) -> Role:
        told = self.fields.part("copyright_info").get("copyright_stat")
        told = told or self.fields.variable("copyright_stat", "_copyright_stat")
        if not self.whole and "原创" in self._shown("#copyright_logo"):
            return Role.ORIGINAL
        return _ROLES.get(str(told), Role.UNKNOWN)

    def _unpaid(self) -> bool:
        """A reader who didn't buy gets the beginning of the text at most."""
        if self.page.first(".mp-pay-preview-filter"):
            return True
        paid = self.fields.part("user_info").get("is_paid")
        return self.fields.raw("is_pay_subscribe") == "1" and (paid or self.fields.raw("is_paid")) != "1"

    def _chrome(self) -> tuple[Chrome, ...]:
        note = texts.clean(plain(self.fields.text("desc", "share_notice"))) if self.shared else ""
        return (Chrome("share_notice", note),) if note else ()

    # Claims.

    def _claims(self) -> tuple[Claim, ...]:
        own, source = self.identity, self._source()
        claims = [source] if source and (own is None or source.target.key != own.address.key) else []
        outside = _unwrapped(self.fields.text("source_url", "msg_source_url"))
        if outside.startswith(("http://", "https://")):
            outside = redact_url(outside)
            claims.append(Claim("links_to", address(outside) or Address(f"url:{outside}", outside)))
        return tuple(claims)

    def _source(self) -> Claim | None:
        """The article that this one is a reprint of, as the page declares it."""
        rights = self.fields.part("copyright_info")
        names = ("source_encode_biz", "source_mid", "source_idx")
        biz, mid, idx = (str(rights.get(name) or self.fields.variable(name)) for name in names)
        link = str(rights.get("reprint_url") or "")
        if not link and self.shared and (tag := self.page.first("#js_share_source")):
            link = attribute(tag, "data-url") or attribute(tag, "href")
        linked = identity(link)
        found = made(biz, mid, idx, (linked.sn or "") if linked else "") or linked
        target = found.address if found else address(link)
        platform = unescape(str(rights.get("platform") or ""))
        named = platform if not platform.isdigit() else ""  # some pages have a number there
        quote = named or self._shown("#js_share_author", "#js_share_nickname")
        return Claim("reprint_of", target, quote or None) if target else None


def _unwrapped(url: str) -> str:
    """Links to other sites are wrapped."""
    url = unescape(url).strip()
    if host(url) == "mp.weixinbridge.com":
        return next(iter(parse_qs(urlsplit(url).query).get("url", ())), "")
    return url


def _epoch(digits: str) -> datetime | None:
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12) or int(digits) not in _EPOCHS:
        return None
    return datetime.fromtimestamp(int(digits), UTC)


def _dated(words: str) -> Published | None:
    """A date as the page shows it, in Beijing time; relative ones ("昨天") tell nothing."""
    found = _DATE.search(words)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in found.groups())
    precision = Precision.SECOND if found[6] else Precision.MINUTE if found[4] else Precision.DAY
    try:
        return Published(datetime(year, month, day, hour, minute, second, tzinfo=_BEIJING), precision)
    except ValueError:
        return None
