"""The words and pictures of a page: the body of an article, or the lines of a post and its list of pictures."""

from __future__ import annotations

import re
from html import escape

from bs4 import BeautifulSoup

from ingest.body import Body, picture, render
from ingest.model import Image, State
from ingest.page import Page
from ingest.sites.wechat.fields import Fields, js_decoded, plain, unescape

# Where the words of a post stand, the best place first: in the data, in variables, in the page.
_WORDS = {
    State.IMAGE_POST: (("content_noencode", "ContentNoEncode", "desc"), ("#js_image_desc", ".share_notice")),
    State.TEXT_POST: (("content_noencode", "TextContentNoEncode", "ContentNoEncode"), ("#js_text_desc",)),
    State.VIDEO_SHARE: (("videoContentNoEncode", "content_noencode", "desc"), ("#js_common_share_desc",)),
    State.AUDIO_SHARE: (("content_noencode", "ContentNoEncode", "desc"), ("#js_content",)),
}
_WRITTEN = re.compile(r"""document\.write\(\s*("[^"\\]*+(?:\\.[^"\\]*+)*+")""", re.DOTALL)
_HTTP_PICTURE = re.compile(r"http://(?=(?:mmbiz|wx)\.(?:qpic|qlogo)\.cn/)")


def body_of(page: Page, fields: Fields, state: State) -> tuple[Body, bool]:
    """The body of a page of this type, and whether it is shared: a page of one account around the article of another.

    It is empty when the page has none.
    """
    body, shared = _article(page, fields) if state is State.ARTICLE else (_post(page, fields, state), False)
    images = tuple(Image(_https(image.url), image.alt, image.position) for image in body.images)
    return Body(body.text, _https(body.markdown), images), shared


def _article(page: Page, fields: Fields) -> tuple[Body, bool]:
    content = page.first("#js_content")
    body = render(content, page.url) if content else Body("", "")
    if body.text or body.images:
        return body, False
    template = page.soup.find("script", id="content_tpl")
    shared = bool(template) or (content is not None and page.first(".original_panel_content") is not None)
    markup = (template.string if template else None) or fields.data.get("content_noencode")
    if isinstance(markup, str) and markup.strip():
        root = BeautifulSoup(markup, "lxml").body
        body = render(root, page.url) if root else Body("", "")
    return body, shared


def _post(page: Page, fields: Fields, state: State) -> Body:
    """The words of a post are lines, not paragraphs; its pictures stand in a list of their own."""
    words = _post_words(page, fields, state)
    lines = BeautifulSoup("<p>" + escape(words, quote=False).replace("\n", "<br>") + "</p>", "lxml")
    body = render(lines)
    images = _post_images(page, fields) if state is State.IMAGE_POST else ()
    shown = "\n\n".join(f"![{image.alt or ''}]({image.url})" for image in images)
    return Body(body.text, "\n\n".join(part for part in (body.markdown, shown) if part), images)


def _post_words(page: Page, fields: Fields, state: State) -> str:
    names, places = _WORDS[state]
    told = fields.part("text_page_info").get("content_noencode")
    if words := told or fields.raw(*names):
        return plain(str(words))
    tag = page.first(*places)
    if tag is None:
        return ""
    written = _WRITTEN.search("\n".join(script.string or "" for script in tag.find_all("script")))
    return plain(js_decoded(written[1][1:-1])) if written else render(tag).text


def _post_images(page: Page, fields: Fields) -> tuple[Image, ...]:
    """One address a picture: each is listed a second time with a watermark."""
    listed = fields.data.get("picture_page_info_list") or fields.literal("picture_page_info_list")
    pictures = listed if isinstance(listed, list) else []
    urls = [str(one.get("cdn_url") or "") for one in pictures if isinstance(one, dict)]
    if not any(urls):
        shown = page.first("#img_list", "#img_swiper_content")
        urls = [picture(tag, page.url) or "" for tag in shown.find_all("img")] if shown else []
    return tuple(Image(url) for url in dict.fromkeys(_https(unescape(unescape(url))) for url in urls) if url)


def _https(words: str) -> str:
    return _HTTP_PICTURE.sub("https://", words)
