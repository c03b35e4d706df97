"""Bilibili: columns (``read/cv…``) and posts (``opus/…``). The two have ids of their own; a page may tell both.

What is written is JSON in the page: paragraphs of nodes since 2024, HTML before that.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape, unescape
from typing import Any

from ingest.model import State
from ingest.sites.layout import Form, Forms, Layout, Parts, at, attr, data, first_of, meta, values

NAME = "bilibili"
READER = "bilibili/2"
HOSTS = frozenset({"bilibili.com", "www.bilibili.com", "m.bilibili.com", "t.bilibili.com", "b23.tv"})

_ARTICLE, _POST = "https://www.bilibili.com/read/cv{id}/", "https://www.bilibili.com/opus/{id}"
_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(r"/(?:read/)?cv(?P<id>\d+)", "cv{id}", _ARTICLE),
        Form(r"/read/(?:mobile|native)/(?P<id>\d+)", "cv{id}", _ARTICLE),
        Form(r"/read/(?:mobile|native)", "cv{id}", _ARTICLE, query=("id",)),
        Form(r"/(?:opus|dynamic)/(?P<id>\d{15,20})", "opus/{id}", _POST),
        Form(r"/(?P<id>\d{15,20})", "opus/{id}", _POST, host=r"t\.bilibili\.com"),
        Form(r"/(?P<id>\w{5,10})", "b23/{id}", "https://b23.tv/{id}", host=r"b23\.tv"),
    ),
)
LINK, address = _FORMS.link, _FORMS.address

_MODULE = "detail.modules.module_type=MODULE_TYPE_{}.module_{}"
_AUTHOR = _MODULE.format("AUTHOR", "author")
_LISTS = {"1": "ol", "2": "ul"}
_ARTICLES = "12"  # the kind of comments that a column has; theirs is then the column's id


def _paragraphs(parts: Parts) -> str | None:
    """The paragraphs of a post as HTML."""
    found = values(parts, _MODULE.format("CONTENT", "content.paragraphs.*"))
    pictures = values(parts, _MODULE.format("TOP", "top.display.album.pics.*"))
    return "".join([*map(_image, pictures), *(_paragraph(one) for one in found if isinstance(one, dict))]) or None


def _paragraph(paragraph: dict[str, Any]) -> str:
    inner = "".join(_nodes(paragraph.get("text") or paragraph.get("heading")))
    if isinstance(code := paragraph.get("code"), dict):
        language = str(code.get("lang") or "").removeprefix("language-")
        content = escape(unescape(str(code.get("content") or "")))
        return f'<pre><code class="language-{escape(language)}">{content}</code></pre>'
    if isinstance(pictures := paragraph.get("pic"), dict):
        return "".join(map(_image, pictures.get("pics") or []))
    if isinstance(listed := paragraph.get("list"), dict):
        items = (f"<li>{''.join(_nodes(item))}</li>" for item in listed.get("items") or [])
        kind = _LISTS.get(str(listed.get("style")), "ul")
        return f"<{kind}>{''.join(items)}</{kind}>"
    if not inner:
        return "<hr>" if "line" in paragraph else ""
    if str(paragraph.get("para_type")) == "4":
        return f"<blockquote><p>{inner}</p></blockquote>"
    return f"<h2>{inner}</h2>" if "heading" in paragraph else f"<p>{inner}</p>"


def _nodes(text: Any) -> Iterator[str]:
    for node in text.get("nodes") or [] if isinstance(text, dict) else []:
        if isinstance(word := node.get("word"), dict):
            said = escape(str(word.get("words") or "")).replace("\n", "<br>")
            yield f"<b>{said}</b>" if (word.get("style") or {}).get("bold") else said
        elif isinstance(rich := node.get("rich"), dict):
            said = escape(str(rich.get("text") or rich.get("orig_text") or ""))
            url = str(rich.get("jump_url") or "")
            yield f'<a href="{escape(url)}">{said}</a>' if url else said
        elif isinstance(formula := node.get("formula"), dict):
            yield f"<code>{escape(str(formula.get('latex_content') or ''))}</code>"


def _image(picture: Any) -> str:
    url = picture.get("url") if isinstance(picture, dict) else None
    return f'<p><img src="{escape(str(url))}"></p>' if url else ""


def _column(parts: Parts) -> str | None:
    """The address of the column that this post is, when the page says that it is one."""
    told = data("readInfo.id")(parts)
    if data("detail.basic.comment_type")(parts) == _ARTICLES:
        told = data("detail.basic.comment_id_str", "detail.basic.rid_str")(parts)
    return _ARTICLE.format(id=told) if told else None


def _post(parts: Parts) -> str | None:
    told = data("detail.id_str", "readInfo.dyn_id_str")(parts)
    return _POST.format(id=told) if told else None


def _picture(url: str) -> str:
    return url.partition("@")[0]  # what stands behind it asks for a size


def _layout(state: State, *kind: str) -> Layout:
    return Layout(
        name=NAME,
        reader=READER,
        forms=_FORMS,
        scripts=("window.__INITIAL_STATE__",),
        body=(_paragraphs if kind else data("readInfo.content"), at(".opus-module-content", "#read-article-holder")),
        title=(
            data(_MODULE.format("TITLE", "title.text"), "readInfo.title"),
            at(".opus-module-title__text", ".article-container .title"),
        ),
        account=(data(f"{_AUTHOR}.name", "readInfo.author.name"), at(".opus-module-author__name", ".up-name")),
        account_ids=(data(f"{_AUTHOR}.mid", "readInfo.author.mid"),),
        author=(data(f"{_AUTHOR}.name", "readInfo.author.name"), at(".opus-module-author__name", ".up-name")),
        published=(
            data(f"{_AUTHOR}.pub_ts", "readInfo.publish_time"),
            attr("[data-ts]", "data-ts"),
            at(".opus-module-author__pub__text", ".publish-text"),
            meta("datepublished"),
        ),
        urls=(_column, _post),
        picture=_picture,
        state=state,
        landings=(("/video/", State.UNSUPPORTED), ("passport.bilibili.com", State.IDENTITY_CHECK)),
        said=(at(".error-panel", ".error-container", ".error-text", ".err-text"),),
        phrases=(
            ("安全风控策略", State.VERIFY_PAGE),
            ("-352", State.VERIFY_PAGE),
            ("啊叻", State.NOT_FOUND),
            ("动态不存在", State.NOT_FOUND),
            ("稿件不可见", State.GONE),
            ("专栏不存在", State.NOT_FOUND),
            ("内容已被删除", State.GONE),
        ),
    )


owns = _layout(State.ARTICLE).owns
read = first_of(_layout(State.ARTICLE, "paragraphs"), _layout(State.ARTICLE))
