"""Zhihu: articles of columns, answers and pins.

The page carries its content as JSON (``js-initialData``); what is shown is the second choice. Guests are mostly
answered with a script that computes a cookie (``zh-zse-ck``), or are sent to sign in.
"""

from __future__ import annotations

import re

from ingest.model import State
from ingest.sites.layout import Form, Forms, Layout, Place, at, attr, data, first_of, meta, within

NAME = "zhihu"
READER = "zhihu/2"
HOSTS = frozenset({"zhihu.com", ".zhihu.com"})

_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(r"/p/(?P<id>\d+)(?:/\w+)?", "p/{id}", "https://zhuanlan.zhihu.com/p/{id}"),
        Form(
            r"/question/(?P<question>\d+)/answers?/(?P<id>\d+)",
            "answer/{id}",
            "https://www.zhihu.com/question/{question}/answer/{id}",
        ),
        Form(
            r"/(?:answer|appview/v2/answer|appview/answer)/(?P<id>\d+)",
            "answer/{id}",
            "https://www.zhihu.com/answer/{id}",
        ),
        Form(r"/appview/(?:v2/)?p/(?P<id>\d+)", "p/{id}", "https://zhuanlan.zhihu.com/p/{id}"),
        Form(r"/pin/(?P<id>\d+)", "pin/{id}", "https://www.zhihu.com/pin/{id}"),
    ),
)
LINK, address = _FORMS.link, _FORMS.address

_SIZE = re.compile(r"_(?:b|r|l|xl|hd|qhd|\d+w)(?=\.\w+\Z)")
_ENTITIES = "initialState.entities"


def _picture(url: str) -> str:
    return _SIZE.sub("", url.partition("?")[0]) if "zhimg.com" in url else url


def _layout(entity: str, shown: Place, title: tuple[Place, ...], state: State = State.ARTICLE) -> Layout:
    own = f"{_ENTITIES}.{entity}.{{id}}"
    return Layout(
        name=NAME,
        reader=READER,
        forms=_FORMS,
        scripts=("#js-initialData",),
        body=(data(f"{own}.content", f"{own}.contentHtml"), shown),
        title=title,
        account=(
            data(f"{own}.author.name"),
            attr(".AuthorInfo meta[itemprop=name]", "content"),
            at(".AuthorInfo-name"),
        ),
        account_ids=(data(f"{own}.author.urlToken"),),
        author=(data(f"{own}.author.name"), attr(".AuthorInfo meta[itemprop=name]", "content"), at(".AuthorInfo-name")),
        published=(
            data(f"{own}.created", f"{own}.createdTime"),
            meta("datecreated", "datepublished"),
            within(at(".ContentItem-time"), r"发布于\s*(.+)"),
        ),
        chrome=(("advertisement", 'a[data-draft-type="mcn-link-card"]'), ("copy", "noscript")),
        unlinked='a.RichContent-EntityWord, a[href*="//zhida.zhihu.com/search"]',
        picture=_picture,
        preview=(data(f"{own}.paidInfo.type", f"{own}.paidInfo.content"), at("[class^=KfeCollection-PurchaseBtn]")),
        state=state,
        marks=(("zh-zse-ck", State.VERIFY_PAGE), ("/zse-ck/", State.VERIFY_PAGE)),
        landings=(("/account/unhuman", State.VERIFY_PAGE), ("/signin", State.IDENTITY_CHECK)),
        said=(at(".ErrorPage-title"), at(".ErrorPage-subtitle"), at(".Unhuman", ".SignFlowHomepage-content")),
        phrases=(
            ("没有知识存在的荒原", State.NOT_FOUND),
            ("网络环境存在异常", State.VERIFY_PAGE),
            ("请求存在异常", State.VERIFY_PAGE),
            ("该内容已被删除", State.DELETED_BY_AUTHOR),
            ("回答已被删除", State.DELETED_BY_AUTHOR),
            ("文章已被删除", State.DELETED_BY_AUTHOR),
            ("已被建议修改", State.VIOLATION),
            ("有问题，就会有答案", State.IDENTITY_CHECK),
        ),
    )


_ARTICLE = _layout(
    "articles",
    at(".Post-RichText", ".Post-RichTextContainer"),
    (data(f"{_ENTITIES}.articles.{{id}}.title"), at(".Post-Title")),
)
_ANSWER = _layout(
    "answers",
    at(".QuestionAnswer-content .RichText", ".AnswerCard .RichText"),
    (data(f"{_ENTITIES}.answers.{{id}}.question.title"), at(".QuestionHeader-title")),
)
_PIN = _layout(
    "pins", at(".PinItem-content .RichText"), (data(f"{_ENTITIES}.pins.{{id}}.excerptTitle"),), State.TEXT_POST
)

owns = _ARTICLE.owns
read = first_of(_ARTICLE, _ANSWER, _PIN)
