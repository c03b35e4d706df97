"""What the names of an element (tag, role, id, classes) say it is: a container of the body, or a kind of chrome."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TAGS = {"nav": "navigation", "footer": "footer", "aside": "related", "menu": "navigation"}
_ROLES = {"navigation": "navigation", "contentinfo": "footer", "complementary": "related", "search": "form",
          "banner": "navigation", "dialog": "dialog", "alertdialog": "dialog", "alert": "dialog"}  # fmt: skip

# Words of names, as parts between separators and humps; the first that is found says what the element is.
_KINDS = (
    ("comments", "comments? cmts? cmt commentlist discuss(?:ion)? disqus respond replies pinglun pl liuyan"),
    ("related", "related relate relevant relevance recommend(?:s|ed|ation|ations)? recom rec tuijian xiangguan more"
                " sidebar side rightbar guess hot hotnews hots rank ranking toplist popular trending stream infinite"
                " teaser teasers newslist news-list promo promos outbrain taboola xgyd xgwz"),
    ("share", "share sharing shares bdshare social socials sns jiathis addthis fenxiang like likes dianzan zan praise"
              " reward donate toolbar tools"),
    ("breadcrumb", "breadcrumbs? crumbs? bread mbx position weizhi dqwz"),
    ("navigation", "nav navbar navigation menu menus topbar pagination pager paging prevnext prev next"
                   " pre-next toc catalog"),
    ("footer", "footer foot bottombar copyright copyrights copy-right beian icp colophon"),
    ("disclaimer", "disclaimer disclaimers shengming mianze"),
    ("advert", "ad ads adv advert adverts advertisement advertise guanggao banner sponsor sponsored"),
    ("byline", "byline author-info authorinfo author-box about-author bio"),
    ("editor", "editor-name"),
    ("dialog", "modal popup dialog login signin register qrcode ewm erweima subscribe subscription newsletter"
               " paywall pay cookie cookies consent gdpr overlay toast tooltip dislike"),
    ("player", "player video-js vjs jwplayer videobox playerbox plyr"),
    ("edit", "editsection edit-prompt editprompt edit-icon"),
    ("infobox", "infobox basic-info navbox reflist ambox hatnote catlinks printfooter noprint"),
    ("tags", "tags? tag-list keywords? labels?"),
)  # fmt: skip
_PATTERNS = [
    (kind, re.compile("(?:^|[^a-z0-9])(?:" + "|".join(words.split()) + ")(?:$|[^a-z0-9])")) for kind, words in _KINDS
]
_ANY = re.compile("|".join(pattern.pattern for _, pattern in _PATTERNS))
_NOT_SAID = re.compile(
    r"\b(?:has|with|without|no|not|is|hide|show)-[\w-]+|position-(?:relative|absolute|sticky|static|fixed)"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WEAK = re.compile(r"(?:^|\s)(?:content|article|post|main-content|prose|detail)(?:$|\s)")
_OF = r"article|art|post|entry|news|story|blog|detail"
_STRONG = re.compile(
    rf"(?:^|[\s_-])(?:(?:{_OF}|main)[-_]*(?:content|contents|body|text|txt|con|cont|main|nr|box)"
    rf"|(?:content|body|text|txt|con)[-_]*(?:{_OF}|txt|text|body)"
    r"|trs_editor|artibody|zhengwen|markdown-body|entry|mw-parser-output|detail)(?:$|[\s_-])"
)


def spelled(element: HtmlElement) -> str:
    """The id and the classes in lower case, humps split, without what is only beside them (``has-sidebar``).

    The id of a heading, and of a section that begins with one, is made of the author's words.
    """
    name = f"{element.get('id') or ''} {element.get('class') or ''}"
    if element.get("id") and (element.tag in _HEADINGS or _is_section(element)):
        name = element.get("class") or ""
    return _NOT_SAID.sub(" ", _HUMP.sub("-", name).lower())


def _is_section(element: HtmlElement) -> bool:
    """Whether this is a section as documents are divided: an id of the words of the heading that it begins with."""
    if element.tag != "section" and "section" not in (element.get("class") or "").split():
        return False
    first = next(iter(element), None)
    return first is not None and first.tag in _HEADINGS and len(element) > 1 and element[1].tag == "p"


def kind_of(element: HtmlElement) -> str | None:
    """The kind of chrome that an element's names say it is; None when they say nothing of the sort."""
    tag = element.tag
    if tag in _TAGS:
        return _TAGS[tag]
    if tag in ("body", "html", "main", "article", "table", "tbody", "tr", "p", "pre", "h1"):
        return None
    role = element.get("role")
    if role in _ROLES:
        return _ROLES[role]
    name = spelled(element)
    if len(name) < 3 or not _ANY.search(name):
        return None
    return next((kind for kind, pattern in _PATTERNS if pattern.search(name)), None)


def weight_of(element: HtmlElement) -> float:
    """How much the names speak for the container of a body; 1 when they say nothing of the sort."""
    if element.get("itemprop") in ("articleBody", "text", "blogPost") or element.tag == "article":
        return 1.6
    name = spelled(element)
    if len(name) < 4:
        return 1.0
    if _STRONG.search(name):
        return 1.6
    return 1.25 if _WEAK.search(name) else 1.0
