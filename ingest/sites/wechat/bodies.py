"""The words and pictures of a page: the body of an article, or the lines of a post and its list of pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape

from bs4 import Tag

from ingest.markup.body import Body, picture, render
from ingest.markup.outline import Outline
from ingest.markup.page import Page
from ingest.model import Image, State
from ingest.redact import redact_url, redact_words
from ingest.sites.wechat.fields import Fields, js_decoded, plain, unescape
from ingest.sites.wechat.habits import HABITS, same_picture

# Where the words of a post stand, the best place first: in the data, in variables, in the page.
_WORDS = {
    State.IMAGE_POST: (("content_noencode", "ContentNoEncode", "desc"), ("#js_image_desc", ".share_notice")),
    State.TEXT_POST: (("content_noencode", "TextContentNoEncode", "ContentNoEncode"), ("#js_text_desc",)),
    State.VIDEO_SHARE: (("videoContentNoEncode", "content_noencode", "desc"), ("#js_common_share_desc",)),
    State.AUDIO_SHARE: (("content_noencode", "ContentNoEncode", "desc"), ("#js_content",)),
}
_WRITTEN = re.compile(r"""document\.write\(\s*("[^"\\]*+(?:\\.[^"\\]*+)*+")""", re.DOTALL)
_MOST_CONTAINERS = 3
_MOST_PICTURES = 200  # far more than a post can have
_HTTP_PICTURE = re.compile(r"http://(?=(?:mmbiz|wx)\.(?:qpic|qlogo)\.cn/)")


@dataclass(frozen=True)
class Told:
    """The body of a page, empty when it has none, and the element that its mentions are looked for in.

    ``shared`` says that it is a page of one account around the article of another, ``partial`` that it shows only the
    beginning of that one.
    """

    body: Body
    root: Tag | None = None
    shared: bool = False
    partial: bool = False


def body_of(page: Page, fields: Fields, state: State) -> Told:
    """What a page of this type tells."""
    return _article(page, fields) if state is State.ARTICLE else _post(page, fields, state)


def _article(page: Page, fields: Fields) -> Told:
    content = page.first("#js_content")
    template = page.first("#content_tpl")
    template = template if template is not None and template.name == "script" else None
    card = content is not None and page.first(".original_panel_content") is not None
    told = Told(Body("", ""), content)
    if content is not None and not card:
        told = _rendered(page, content)
    if _empty(told):  # of two containers the first may be a decoy
        others = page.every("#js_content", limit=_MOST_CONTAINERS)[1:]
        told = next((other for other in (_rendered(page, tag) for tag in others) if not _empty(other)), told)
    if not _empty(told):
        return told
    markup = (template.string if template else None) or fields.data.get("content_noencode")
    root = Outline(markup).tree().body if isinstance(markup, str) and markup.strip() else None
    if root is not None:
        told = _rendered(page, root)
    elif card and content is not None:
        told = replace(_rendered(page, content), partial=True)
    return replace(told, shared=card or template is not None)


def _empty(told: Told) -> bool:
    return not told.body.text and not told.body.images


def _rendered(page: Page, root: Tag) -> Told:
    return Told(_clean(render(root, page.url, HABITS)), root)


def _post(page: Page, fields: Fields, state: State) -> Told:
    """The words of a post are lines, not paragraphs; its pictures stand in a list of their own."""
    markup, words = _post_words(page, fields, state)
    lines = Outline("<p>" + escape(words, quote=False).replace("\n", "<br>") + "</p>").tree()
    body = render(lines)
    images = _post_images(page, fields) if state is State.IMAGE_POST else ()
    shown = "\n\n".join(f"![{image.alt or ''}]({image.url})" for image in images)
    body = Body(body.text, "\n\n".join(part for part in (body.markdown, shown) if part), images)
    return Told(_clean(body), markup)


def _clean(body: Body) -> Body:
    """The body with secure pictures, and without session keys in addresses that its author printed."""
    text, markdown = redact_words(body.text), redact_words(_https(body.markdown))
    moved = text != body.text
    images = tuple(Image(_https(one.url), one.alt, None if moved else one.position) for one in body.images)
    return Body(text, markdown, images)


def _post_words(page: Page, fields: Fields, state: State) -> tuple[Tag | None, str]:
    """The words of a post, and what they were before their links were taken off."""
    names, places = _WORDS[state]
    info = fields.part("text_page_info")
    if words := info.get("content_noencode") or fields.raw(*names) or info.get("content"):
        return _links(str(words)), plain(str(words))
    tag = page.first(*places)
    if tag is None:
        return None, ""
    written = _WRITTEN.search("\n".join(script.string or "" for script in tag.find_all("script")))
    if written:
        words = js_decoded(written[1][1:-1])
        return _links(words), plain(words)
    return tag, render(tag).text


def _links(words: str) -> Tag | None:
    """The mark-up of a post that mentions articles."""
    if "mp.weixin.qq.com" not in words:
        return None
    return Outline(words if "<a" in words else unescape(words)).tree().body


def _post_images(page: Page, fields: Fields) -> tuple[Image, ...]:
    """One address a picture: each is listed a second time with a watermark."""
    listed = fields.data.get("picture_page_info_list") or fields.literal("picture_page_info_list")
    pictures = listed if isinstance(listed, list) else []
    urls = [str(one.get("cdn_url") or "") for one in pictures if isinstance(one, dict)]
    if not any(urls):
        shown = page.first("#img_list", "#img_swiper_content")
        tags = shown.find_all(_is_picture, limit=_MOST_PICTURES) if shown else []
        urls = [picture(tag, page.url) or "" for tag in tags]
    found: dict[str, str] = {}
    for url in urls:
        plain_url = _https(redact_url(unescape(unescape(url))))
        if plain_url:
            found.setdefault(same_picture(plain_url), plain_url)
    return tuple(Image(url) for url in found.values())


def _is_picture(tag: Tag) -> bool:
    return tag.name == "img" or tag.has_attr("data-src")


def _https(words: str) -> str:
    return _HTTP_PICTURE.sub("https://", words)
