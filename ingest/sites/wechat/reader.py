"""Reads one page: its state, and the essay when it has one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup

from ingest import text as texts
from ingest.model import (
    Account,
    Address,
    Chrome,
    Claim,
    Completeness,
    Essay,
    Evidence,
    Image,
    Precision,
    Published,
    Reading,
    Role,
    State,
)
from ingest.page import Body, Page, attribute, classes, picture, render
from ingest.redact import redact_url
from ingest.sites.wechat import notices
from ingest.sites.wechat.addresses import HOSTS, NAME, Identity, address, identity, is_captcha, made
from ingest.sites.wechat.fields import Fields, js_decoded, unescape

READER = "wechat/1"

# item_show_type: reprints report 0 on their page and 11 only in lists; 17 is a short text.
TYPES = {
    "0": State.ARTICLE,
    "5": State.VIDEO_SHARE,
    "6": State.AUDIO_SHARE,
    "7": State.AUDIO_SHARE,
    "8": State.IMAGE_POST,
    "10": State.TEXT_POST,
    "11": State.ARTICLE,
    "17": State.TEXT_POST,
}
# What tells the type when the scripts are gone.
_SHAPES = (
    (("#js_text_title", "#js_text_desc", ".page_share_text"), State.TEXT_POST),
    (("#img_list", "#js_image_desc", ".page_share_img"), State.IMAGE_POST),
    (("#js_mpvedio", "#js_common_share_desc", ".page_share_video"), State.VIDEO_SHARE),
    (("#voice_parent", ".page_share_audio"), State.AUDIO_SHARE),
)
# Where the words of a post stand, the best place first: in the data, in variables, in the page.
_WORDS = {
    State.IMAGE_POST: (("content_noencode", "ContentNoEncode", "desc"), ("#js_image_desc", ".share_notice")),
    State.TEXT_POST: (("content_noencode", "TextContentNoEncode", "ContentNoEncode"), ("#js_text_desc",)),
    State.VIDEO_SHARE: (("videoContentNoEncode", "content_noencode", "desc"), ("#js_common_share_desc",)),
    State.AUDIO_SHARE: (("content_noencode", "ContentNoEncode", "desc"), ("#js_content",)),
}
_ROLES = {"1": Role.ORIGINAL, "2": Role.REPRINT}
_CONTAINERS = ("#js_article", "#js_content", "#img_list")
_OURS = ({"rich_media", "share_content_page", "page_pages"}, {"rich_media_content"})
_CONTENT_MEDIA = ["img", "iframe", "video", "svg", "mpvoice", "mp-common-mpaudio", "mp-common-videosnap", "qqmusic"]
_END_WITHIN = 4096  # characters at the end of a whole page in which its last tag stands
_BEIJING = timezone(timedelta(hours=8))
_EPOCHS = range(1_300_000_000, 4_000_000_000)  # the platform opened in 2012
_DATE = re.compile(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_LITERAL_QUOTE = re.compile(r'<\w+ [^<>]{0,200}?=\\"')
_WRITTEN = re.compile(r"""document\.write\(\s*("[^"\\]*+(?:\\.[^"\\]*+)*+")""", re.DOTALL)
_MARKUP = re.compile(r"</?(?:a|b|em|i|img|mp-[a-z-]+|p|section|span|strong|br)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_UNSET_JS = re.compile(r"\\x[0-9a-f]{2}|\\n")
_HTTP_PICTURE = re.compile(r"http://(?=(?:mmbiz|wx)\.(?:qpic|qlogo)\.cn/)")


def owns(page: Page) -> bool:
    """Whether a page that was handed in without an address is of this site, by its address or by its structure."""
    for url in (page.url, page.saved_from):
        if url and _host(url) in HOSTS:
            return True
    page = _whole(page)
    soup = page.soup
    outer, inner = page.first("#js_article"), page.first("#js_content")
    if any(tag and not ours.isdisjoint(classes(tag)) for tag, ours in zip((outer, inner), _OURS, strict=True)):
        return True
    if inner and page.first("#activity-name"):
        return True
    scripts = "\n".join(tag.string or attribute(tag, "src") for tag in soup.find_all("script"))
    sources = " ".join(attribute(tag, "href") for tag in soup.find_all("link"))
    ours = "mmbizwap" in scripts or "res.wx.qq.com" in scripts or "res.wx.qq.com" in sources
    return ours and (bool(notices.sentence(soup, scripts)) or notices.is_captcha(soup, scripts))


def read(page: Page) -> Reading:
    """The state of a page of this site, and its essay when it has one."""
    page = _whole(page)
    if is_captcha(page.url):
        return _captcha(page)
    if page.first(*_CONTAINERS):
        return _Article(page).reading()
    scripts = "\n".join(tag.string or "" for tag in page.soup.find_all("script"))
    if notices.is_captcha(page.soup, scripts):
        return _captcha(page)
    return _notice(page, scripts)


def _whole(page: Page) -> Page:
    r"""Some tools save a page as a string literal, with ``\n`` and ``\"`` written out."""
    if _LITERAL_QUOTE.search(page.html, 0, 5000) is None:
        return page
    return Page(js_decoded(page.html), page.url, page.origin)


def _captcha(page: Page) -> Reading:
    """A captcha says nothing about the essay; behind a long link it says that the short one is needed."""
    found = _known(page)
    long = bool(found) and not found[0].key.startswith((f"{NAME}:s/", f"{NAME}:tmp/"))
    state = State.NEEDS_SHORT_LINK if long else State.VERIFY_PAGE
    return Reading(state, READER, NAME, reason="the site asks for a captcha", addresses=found)


def _notice(page: Page, scripts: str) -> Reading:
    said = notices.sentence(page.soup, scripts)
    if not said:
        reason = "the page has no article container and no notice"
        return Reading(State.UNREADABLE, READER, NAME, reason=reason, addresses=_known(page))
    state = notices.state(said)
    found = _known(page)
    target = notices.migrated_to(scripts) if state is State.MOVED else None
    if target and (moved := address(target)):
        found = (moved, *found)
    return Reading(state, READER, NAME, reason=said, addresses=found)


def _known(page: Page) -> tuple[Address, ...]:
    """The addresses that the page was found at."""
    return _distinct(address(url) for url in (page.url, page.saved_from) if url)


def _distinct(addresses: Iterable[Address | None]) -> tuple[Address, ...]:
    return tuple({found.key: found for found in addresses if found}.values())


class _Article:
    """One page with an article container."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.soup = page.soup
        self.fields = Fields(page.soup)
        self.whole = bool(self.fields.data) or bool(self.fields.variable("biz", "bizuin", "ct"))
        self.state = self._type()
        self.body = Body("", "")
        self.shared = False

    def reading(self) -> Reading:
        essay, reason = None, self._cut()
        if reason is None:
            self.body = self._body()
            essay = self._essay()
            reason = None if essay else f"the {self.state.replace('_', ' ')} has no body"
        state = self.state if essay else State.UNREADABLE
        if essay and essay.completeness is Completeness.PREVIEW:
            state = State.PREVIEW_ONLY
        evidence = Evidence.WHOLE if self.whole else Evidence.REDUCED
        seen = _epoch(self.fields.raw("svr_time"))
        return Reading(state, READER, NAME, essay, reason, self.addresses(), evidence, seen)

    def _type(self) -> State:
        if (kind := self.fields.raw("item_show_type")) in TYPES:
            return TYPES[kind]
        return next((state for shape, state in _SHAPES if self.page.first(*shape)), State.ARTICLE)

    def _cut(self) -> str | None:
        """Why this is only the beginning of a page. SingleFile leaves the last tags out."""
        html = self.page.html
        end = html.lower().rfind("</html", max(html.find("js_article"), html.find("js_content"), 0))
        if (end > 0 and end >= len(html.rstrip()) - _END_WITHIN) or "SingleFile" in html[:_END_WITHIN]:
            return None
        return "the page is cut off: its end is missing"

    # Identity and addresses.

    def identity(self) -> Identity | None:
        """What the scripts say, else what an address in the page says; never what a card in the body says."""
        field = self.fields.raw
        names = ("bizuin", "biz"), ("mid", "appmsgid"), ("idx", "itemidx"), ("sn",)
        biz, mid, idx, sn = (field(*some) for some in names)
        if found := made(biz, mid, idx, sn):
            return found
        proven = (identity(url) for url in self._urls())
        return next((found for found in proven if found and biz in ("", found.biz)), None)

    def _urls(self) -> list[str]:
        """Addresses that the page gives itself, in any form."""
        og = self.soup.find("meta", attrs={"property": "og:url"})
        canonical = self.soup.find("link", rel="canonical")
        found = [self.fields.raw("link"), self.fields.variable("msg_link")]
        found += [attribute(og, "content") if og else "", attribute(canonical, "href") if canonical else ""]
        return [url for url in (*found, self.page.url or "", self.page.saved_from or "") if url]

    def addresses(self) -> tuple[Address, ...]:
        """Short links first: they are the ones that are answered."""
        own = self.identity()
        found = _distinct([*map(address, self._urls()), own.address if own else None])
        proven = [a for a in found if own is None or a.key.startswith((f"{NAME}:s/", f"{NAME}:tmp/"))]
        proven += [own.address] if own else []
        return tuple(sorted(_distinct(proven), key=lambda a: not a.key.startswith(f"{NAME}:s/")))

    # The essay.

    def _essay(self) -> Essay | None:
        title = self._title()
        empty = not self.body.text and not self.body.images
        if empty and (title is None or (self.state is State.ARTICLE and not self._has_media() and not self._unpaid())):
            return None
        text = self.body.text or title or ""  # a post of pictures or a video alone is found by its title
        title = None if self._untitled(title) else title
        own, addresses = self.identity(), self.addresses()
        return Essay(
            text=text,
            markdown=self.body.markdown or text,
            display_title=texts.display_title(title, text),
            title=title,
            native_id=own.native_id if own else None,
            url=addresses[0].url if addresses else None,
            account=self._account(own),
            author=self._author(),
            published=self._published(),
            language=texts.language(text),
            completeness=Completeness.PREVIEW if self._unpaid() else Completeness.FULL,
            role=Role.REPRINT if self.shared else self._role(),
            images=self.body.images,
            chrome=self._chrome(),
            claims=self._claims(own),
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
            og = self.soup.find("meta", attrs={"property": "og:title"})
            words = _plain(attribute(og, "content")) if og else ""
        return texts.clean(" ".join(words.split())) or None

    def _untitled(self, title: str | None) -> bool:
        """A text post without a title of its own gives its text as the title."""
        if self.state is not State.TEXT_POST or title is None:
            return title is None
        told = self.fields.part("text_page_info").get("is_user_title")
        return told == "0" or (told is None and texts.fold(title) == texts.fold(self.body.text))

    def _account(self, own: Identity | None) -> Account | None:
        name = self.fields.text("nick_name", "nickname") or self._shown(
            "#js_name", ".account_nickname_inner", ".wx_follow_nickname", ".profile_nickname"
        )
        biz = own.biz if own else self.fields.raw("bizuin", "biz")
        ids = (self.fields.raw("user_name"), biz, self.fields.raw("alias"))
        kept = tuple(dict.fromkeys(one for one in ids if one))
        return Account(texts.clean(name) or None, kept) if name or kept else None

    def _author(self) -> str | None:
        meta = self.soup.find("meta", attrs={"name": "author"})
        name = self.fields.text("author") or (attribute(meta, "content") if meta else "")
        name = " ".join((name or self._shown("#js_author_name")).split())
        half = len(name) // 2
        doubled = len(name) > 2 and len(name) % 2 == 0 and name[:half] == name[half:] and not self.whole
        return (name[:half] if doubled else name) or None

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
        note = texts.clean(_plain(self.fields.text("desc", "share_notice"))) if self.shared else ""
        return (Chrome("share_notice", note),) if note else ()

    # Claims.

    def _claims(self, own: Identity | None) -> tuple[Claim, ...]:
        source = self._source()
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
        quote = unescape(str(rights.get("platform") or "")) or self._shown("#js_share_author", "#js_share_nickname")
        return Claim("reprint_of", target, quote or None) if target else None

    # Bodies.

    def _body(self) -> Body:
        body = self._article_body() if self.state is State.ARTICLE else self._post_body()
        images = tuple(Image(_https(image.url), image.alt, image.position) for image in body.images)
        return Body(body.text, _https(body.markdown), images)

    def _article_body(self) -> Body:
        content = self.page.first("#js_content")
        body = render(content, self.page.url) if content else Body("", "")
        if body.text or body.images:
            return body
        template = self.soup.find("script", id="content_tpl")
        self.shared = bool(template) or (content is not None and self.page.first(".original_panel_content") is not None)
        markup = (template.string if template else None) or self.fields.data.get("content_noencode")
        return self._rendered(markup) if isinstance(markup, str) and markup.strip() else body

    def _rendered(self, markup: str) -> Body:
        body = BeautifulSoup(markup, "lxml").body
        return render(body, self.page.url) if body else Body("", "")

    def _post_body(self) -> Body:
        """The words of a post are lines, not paragraphs; its pictures stand in a list of their own."""
        words = self._post_words()
        lines = BeautifulSoup("<p>" + escape(words, quote=False).replace("\n", "<br>") + "</p>", "lxml")
        body = render(lines)
        images = self._post_images() if self.state is State.IMAGE_POST else ()
        shown = "\n\n".join(f"![{image.alt or ''}]({image.url})" for image in images)
        return Body(body.text, "\n\n".join(part for part in (body.markdown, shown) if part), images)

    def _post_words(self) -> str:
        names, places = _WORDS[self.state]
        told = self.fields.part("text_page_info").get("content_noencode")
        if words := told or self.fields.raw(*names):
            return _plain(str(words))
        tag = self.page.first(*places)
        if tag is None:
            return ""
        written = _WRITTEN.search("\n".join(script.string or "" for script in tag.find_all("script")))
        return _plain(js_decoded(written[1][1:-1])) if written else render(tag).text

    def _post_images(self) -> tuple[Image, ...]:
        """One address a picture: each is listed a second time with a watermark."""
        listed = self.fields.data.get("picture_page_info_list") or self.fields.literal("picture_page_info_list")
        pictures = listed if isinstance(listed, list) else []
        urls = [str(one.get("cdn_url") or "") for one in pictures if isinstance(one, dict)]
        if not any(urls):
            shown = self.page.first("#img_list", "#img_swiper_content")
            urls = [picture(tag, self.page.url) or "" for tag in shown.find_all("img")] if shown else []
        return tuple(Image(url) for url in dict.fromkeys(_https(unescape(unescape(url))) for url in urls) if url)


def _plain(words: str) -> str:
    """The words of a post without their mark-up; what only looks like mark-up stays."""
    if _UNSET_JS.search(words):
        words = unescape(js_decoded(words))
    words = re.sub(r"<br\s*/?>", "\n", words.replace("\r\n", "\n"), flags=re.IGNORECASE)
    return unescape(_MARKUP.sub("", words))


def _https(words: str) -> str:
    return _HTTP_PICTURE.sub("https://", words)


def _unwrapped(url: str) -> str:
    """Links to other sites are wrapped."""
    url = unescape(url).strip()
    if _host(url) == "mp.weixinbridge.com":
        return next(iter(parse_qs(urlsplit(url).query).get("url", ())), "")
    return url


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


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
