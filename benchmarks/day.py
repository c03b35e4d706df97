"""A scheduled day, compressed and without Airflow: sources that publish, edit, delete, fall silent and ask for captchas.

The lab of the tests plays their hosts, and the functions that the DAGs call are called in the order in which they would
come. Nobody sleeps: time passes by taking it off every time in the database and off the files of the folders, while the
clock stands still. Only dates of publication stay, as they stand in the pages; so a page whose first day ends within
this one bears the date that lets it come of age at that very hour.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from benchmarks.report import arguments, show
from benchmarks.server import query
from ingest import pipeline, sources
from ingest.crawl import images, refresh, worker
from ingest.local.postgres import Urls, destroy_postgres, ensure_postgres
from ingest.model import IngestError
from ingest.settings import settings
from ingest.similarity.relating import pack
from ingest.sources.discover import album
from ingest.store import Store, face, migrate
from tests.lab import Lab
from tests.lab.behaviours import HTML, Talk, behaviour

PAGES = Path(__file__).parent.parent / "tests" / "pages"
WECHAT = "mp.weixin.qq.com"
BIZ = "OTkwMDAwMDA3Nw=="
XML, JSON = "application/rss+xml; charset=utf-8", "application/json; charset=utf-8"
TICK = 0.5
"""Hours between two looks at the clock; a minute of it lies between finding links and fetching them."""
DAY = 24.0
LONGEST = 3 * DAY
"""Hours after which what still waits, waits for ever."""
ON_A_HOST = 20.0
"""Real seconds on a host; the DAGs give 300, of which most would be spacing."""
CAPTCHA = (9.0, 12.0)
REDESIGN = 6.0
BACKLOG = 6
OLD = timedelta(days=50)
"""The age of pages none of whose ages ends on this day."""
FEWEST_CONDITIONAL = 0.9
MARK = "（作者更正：上一段的数字有误，已经改过。）"
DELETED = {
    True: (PAGES / "wechat" / "notice_deleted.html").read_text("utf-8"),
    False: (PAGES / "web" / "state_deleted_by_author.html").read_text("utf-8"),
}
BLOCKING = (PAGES / "wechat" / "captcha_without_words.html").read_text("utf-8")


@behaviour
def dated(talk: Talk, html: str, last_modified: str, content_type: str = HTML) -> None:
    """A page that knows no tag, only when it was changed last."""
    if talk.asked.headers.get("if-modified-since") == last_modified:
        return talk.head(304, last_modified=last_modified)
    data = html.encode()
    talk.head(content_type=content_type, last_modified=last_modified, content_length=len(data))
    return talk.send(data)


# What is published

PARTS = (
    "清晨的 渡口的 旧书店的 山脚的 图书馆的 夜班的 邻居的 郊外的 工地的 雨后的 码头边的 楼顶的",
    "编辑 修表匠 工程师 邮差 园丁 校对员 船夫 木匠 护士 会计 导游 琴师",
    "在第三天 终于 隔着窗户 照着图纸 一声不响地 当着众人 借着灯光 过了很久 又一次 按老办法",
    "数清了 搬走了 记下了 修好了 看见了 忘记了 抄写了 称量了 画出了 试过了 找回了",
    "二十把钥匙 一箱样稿 半截铁轨 三种茶叶 发黄的账本 漏水的屋檐 没有署名的信 两架梯子 一段录音 生锈的齿轮",
)


def prose(rng: random.Random) -> str:
    return "".join(f"{''.join(rng.choice(part.split()) for part in PARTS)}{rng.randint(2, 9999)}次。" for _ in range(4))


@dataclass
class Article:
    """One essay: where it is, from which hour, and what became of it."""

    host: str
    path: str
    at: float
    title: str
    paragraphs: list[str]
    mid: int | None = None
    version: int = 1
    edited: float | None = None
    deleted: float | None = None

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"

    @property
    def long_url(self) -> str:
        return f"http://{WECHAT}/s?__biz={BIZ}&mid={self.mid}&idx=1&sn={self.mid:032x}"

    @property
    def comes_of_age(self) -> float:
        """The hour at which it is a day old."""
        return DAY + self.at

    def body(self) -> str:
        return "".join(f"<p>{text}</p>" for text in self.paragraphs)

    def html(self, published: datetime, is_new: bool) -> str:
        if self.mid:
            return WECHAT_PAGE.format(a=self, body=self.body(), ct=int(published.timestamp()))
        page = NEW_DESIGN if is_new else OLD_DESIGN
        return page.format(a=self, body=self.body(), iso=published.isoformat())


WECHAT_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><meta property="og:title" content="{a.title}">
<title></title></head><body id="activity-detail" class="zh_CN mm_appmsg"><div id="js_article" class="rich_media">
<h1 class="rich_media_title" id="activity-name">{a.title}</h1><a id="js_name">观测手记</a>
<div class="rich_media_content" id="js_content" style="visibility: hidden; opacity: 0;">{body}</div></div>
<script type="text/javascript">var biz = "OTkwMDAwMDA3Nw==" || ""; var mid = "" || "{a.mid}" || ""; var idx = "1" || "";
var sn = "{a.mid:032x}" || ""; var ct = "{ct}"; var user_name = "gh_0123456789ab"; var nickname = htmlDecode("观测手记");
var PAGE_MID = 'mmbizwap:appmsg/newindex.html';</script></body></html>"""
OLD_DESIGN = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{a.title} | 河边</title>
<meta property="og:title" content="{a.title}"><meta property="og:site_name" content="河边">
<meta property="article:published_time" content="{iso}"><meta property="article:author" content="阿河"></head><body>
<header><nav><a href="/">首页</a><a href="/archives">归档</a></nav></header><main><article class="post">
<h1 class="post-title">{a.title}</h1><div class="post-content" itemprop="articleBody">{body}</div>
<div class="post-copyright"><ul><li>本文作者：阿河</li></ul></div></article></main><footer>© 河边</footer></body></html>"""
NEW_DESIGN = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{a.title} - 河边</title>
<meta property="og:title" content="{a.title}"><meta property="og:site_name" content="河边">
<meta property="article:published_time" content="{iso}"><meta property="article:author" content="阿河"></head><body>
<div class="topbar"><a href="/">河边</a><a href="/about">关于我们</a><a href="/rss">订阅</a></div><div class="layout">
<aside class="sidebar"><h3>热门文章</h3><ul><li><a href="/x/1">去年冬天的雪</a></li><li><a href="/x/2">两条河</a></li></ul></aside>
<div class="main-column"><h1 class="headline">{a.title}</h1><div class="byline">阿河</div><div class="story-text">{body}</div>
<div class="share">分享到：微博 微信</div></div></div><div class="bottom">© 河边 版权所有</div></body></html>"""


@dataclass
class Source:
    """What is followed: how it lists its articles, and how often it publishes."""

    kind: str
    host: str
    path: str
    gap: float
    tag: str = "etag"
    every: float | None = None
    redesigned: bool = False
    silent: bool = False
    slug: str = ""
    version: int = 0
    articles: list[Article] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.path if self.kind == "folder" else f"https://{self.host}{self.path}"


RECIPES: tuple[dict[str, Any], ...] = (
    {"kind": "rss", "gap": 2, "silent": True},
    {"kind": "rss", "gap": 4, "redesigned": True},
    {"kind": "bridge", "gap": 3},
    {"kind": "album", "gap": 24, "tag": "none"},
    {"kind": "sitemap", "gap": 4, "every": 2},
    {"kind": "folder", "gap": 4},
    {"kind": "page", "gap": 5, "every": 3},
    {"kind": "atom", "gap": 3},
    {"kind": "json", "gap": 4},
    {"kind": "rss", "gap": 4, "tag": "dated"},
    {"kind": "index", "gap": 6, "every": 2},
    {"kind": "atom", "gap": 6, "tag": "dated"},
    {"kind": "packed", "gap": 5, "every": 3},
    {"kind": "rdf", "gap": 6},
    {"kind": "bridge_json", "gap": 4},
)
"""Sources in turn; one falls silent and one is redesigned, however many there are."""


class World:
    """The lab, what it publishes, and the hour."""

    def __init__(self, count: int, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.start = datetime.now(UTC).replace(microsecond=0)
        self.moved = timedelta(0)
        self.frames = [(0.0, 0.0)]
        self.hour = 0.0
        self.folder = folder
        self.sources = [self._source(n) for n in range(count)]
        self.numbers = 2_650_000_000
        hosts = {source.host for source in self.sources if source.host} | {WECHAT}
        self.lab = Lab({host: {"*": {"do": "pass"}} for host in hosts}, folder)
        self.redesigned: set[str] = set()
        self.essays: dict[str, Article] = {}
        self.events: list[tuple[float, Callable[[], None]]] = []

    def _source(self, n: int) -> Source:
        recipe = dict(RECIPES[n % len(RECIPES)])
        if n >= len(RECIPES):  # oddities happen once
            recipe |= {"silent": False, "redesigned": False}
        if n == len(RECIPES) + 6:
            recipe["tag"] = "none"
        host, path = f"s{n:02}.lab.example", {
            "rss": "/feed.xml", "bridge": "/feeds/1.rss", "atom": "/atom.xml", "json": "/feed.json", "rdf": "/index.rdf",
            "bridge_json": "/api/feed", "sitemap": "/sitemap.xml", "index": "/sitemap_index.xml",
            "packed": "/sitemap.xml.gz", "page": "/archive", "album": "", "folder": "",
        }[recipe["kind"]]  # fmt: skip
        if recipe["kind"] == "album":
            listed = album.listing(
                f"https://{WECHAT}/mp/appmsgalbum?__biz={BIZ}&action=getalbum&album_id=34578852235375{n:05}"
            )
            host, path = WECHAT, str(listed).removeprefix(f"https://{WECHAT}")
        elif recipe["kind"] == "folder":
            host, path = "", str(self.folder / f"drop{n}")
            Path(path).mkdir()
        return Source(host=host, path=path, **recipe)

    def shown(self, hour: float) -> datetime:
        """An hour of the day as its date stands now, to the second."""
        return (self.start + timedelta(hours=hour) - self.moved).replace(microsecond=0)

    def plan(self) -> None:
        """What is there before the day, and what happens on it."""
        for source in self.sources:
            count = BACKLOG + 4 if source.kind == "page" else BACKLOG
            first = self.rng.choice((0.5, 1.0, 1.5)) if not source.silent else 1.0
            for k in reversed(range(count)):
                self.publish(source, first - source.gap * (k + 1))
            hour = first
            while hour < DAY and not source.silent:
                self.events.append((hour, lambda s=source, h=hour: self.publish(s, h)))
                hour += source.gap
            self._plan_changes(source)
            if source.redesigned:
                self.events.append((REDESIGN, lambda s=source: self.redesign(s)))
        self.events.append((CAPTCHA[0], lambda: self.lab.script(WECHAT, "*", {"do": "page", "html": BLOCKING})))
        self.events.append((CAPTCHA[1], lambda: self.lab.script(WECHAT, "*", {"do": "pass"})))
        self.events.sort(key=lambda event: event[0])

    def _plan_changes(self, source: Source) -> None:
        """One edit and one deletion of a source's older pages, before they come of age."""
        if source.kind == "folder":
            return
        young = [a for a in source.articles if a.at > -DAY + 2 and self.essays.get(a.url) is a]
        for article, change in zip(self.rng.sample(young, min(len(young), 2)), (self.edit, self.delete), strict=False):
            hour = self.rng.randrange(1, int(article.comes_of_age / TICK)) * TICK
            self.events.append((hour, lambda c=change, s=source, a=article, h=hour: c(s, a, h)))

    def happen(self) -> None:
        """Everything up to this hour."""
        while self.events and self.events[0][0] <= self.hour:
            self.events.pop(0)[1]()

    # Events

    def publish(self, source: Source, hour: float) -> None:
        n = len(source.articles)
        title = f"{''.join(self.rng.choice(part.split()) for part in PARTS[:2])}手记·{n}"
        paragraphs = [prose(self.rng) for _ in range(5)]
        if source.kind == "folder":
            self._drop(source, hour, f"# {title}\n\n" + "\n\n".join(paragraphs) + "\n")
            source.articles.append(Article("", f"{source.path}/{n}.md", hour, title, paragraphs))
            return
        bridged = source.kind.startswith("bridge") or source.kind == "album"
        if bridged:
            self.numbers += 1
            where = WECHAT, f"/s/Day{self.numbers}000000000"
        else:
            where = source.host, f"/posts/{n:03}/"
        article = Article(*where, hour, title, paragraphs, self.numbers if bridged else None)
        self.essays[article.url] = article
        source.articles.append(article)
        if source.kind == "album" and (other := next((s for s in self.sources if s.kind == "bridge"), None)):
            other.articles.append(article)  # two sources list it, each by an address of its own
            self.serve(other, hour)
        self.put(article)
        self.serve(source, hour)

    def _drop(self, source: Source, hour: float, text: str) -> None:
        path = Path(source.path) / f"{len(source.articles)}.md"
        path.write_text(text, "utf-8")
        at = int(self.shown(hour - 0.1).timestamp())
        os.utime(path, (at, at))

    def edit(self, source: Source, article: Article, hour: float) -> None:
        article.paragraphs[-1] += MARK
        article.edited = hour
        article.version += 1
        self.put(article)
        self.serve(source, hour)

    def delete(self, _: Source, article: Article, hour: float) -> None:
        article.deleted = hour
        self.put(article)

    def redesign(self, source: Source) -> None:
        self.redesigned.add(source.host)
        for article in source.articles:
            article.version += 1
            self.put(article)

    def put(self, article: Article) -> None:
        """Serves a page as it is now, under each of its addresses."""
        if article.deleted is not None:
            step: dict[str, Any] = {"do": "page", "html": DELETED[article.mid is not None]}
        else:
            # Dates of publication are not moved: the age of a day ends when the first look lies that far behind.
            young = article.at < 0 and 0 < article.comes_of_age < DAY
            date = self.start - timedelta(hours=DAY + article.comes_of_age) if young else self.start - OLD
            date = date if article.at < 0 else self.start + timedelta(minutes=article.at)
            tag = None if article.mid else f'"{article.version}"'
            step = {"do": "page", "html": article.html(date, article.host in self.redesigned), "etag": tag}
        self.lab.script(article.host, article.path, step)
        if article.mid:
            self.lab.script(WECHAT, article.long_url.partition(WECHAT)[2], step)

    # Lists

    def serve(self, source: Source, hour: float) -> None:
        """Serves a source's list as it is now."""
        source.version += 1
        newest = sorted(source.articles, key=lambda a: -a.at)
        made: str | bytes = LISTS[source.kind](self, source, newest)
        kind = JSON if source.kind in ("json", "bridge_json", "album") else HTML if source.kind == "page" else XML
        step: dict[str, Any] = {"do": "page", "content_type": kind}
        if isinstance(made, bytes):
            (self.folder / f"{source.host}.gz").write_bytes(made)
            step |= {"file": f"{source.host}.gz", "content_type": "application/x-gzip"}
        else:
            step["html"] = made
        if source.tag == "etag":
            step["etag"] = f'"{source.version}"'
        elif source.tag == "dated":
            step |= {
                "do": "dated",
                "last_modified": format_datetime(self.start + timedelta(hours=hour - 100), usegmt=True),
            }
        self.lab.script(source.host, source.path, step)

    def rss(self, source: Source, newest: list[Article]) -> str:
        items = "".join(
            f"<item><title>{a.title}</title><link>{a.url}</link><guid>{a.url}</guid>"
            f"<pubDate>{format_datetime(self.shown(a.at))}</pubDate>"
            + (f"<content:encoded><![CDATA[{self.bridged(a)}]]></content:encoded>" if source.kind == "bridge" else "")
            + "</item>"
            for a in newest
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            f"<channel><title>观测手记</title><link>https://{source.host}/</link>{items}</channel></rss>"
        )

    @staticmethod
    def bridged(article: Article) -> str:
        """The body as a bridge has it: without the end, which only the page brings."""
        return "".join(f"<p>{text}</p>" for text in article.paragraphs[:-1])

    def atom(self, source: Source, newest: list[Article]) -> str:
        entries = "".join(
            f'<entry><title>{a.title}</title><id>{a.url}</id><link href="{a.url}"/>'
            f"<published>{self.shown(a.at).isoformat()}</published><updated>{self.changed(a)}</updated></entry>"
            for a in newest
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>河边</title><id>{source.address}</id>{entries}</feed>'

    def changed(self, article: Article) -> str:
        return self.shown(article.at if article.edited is None else article.edited).isoformat()

    def json_feed(self, _: Source, newest: list[Article]) -> str:
        items = [
            {"id": a.url, "url": a.url, "title": a.title, "date_published": self.shown(a.at).isoformat()}
            for a in newest
        ]
        return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "河边", "items": items})

    def bridge_json(self, _: Source, newest: list[Article]) -> str:
        items = [
            {"id": str(a.mid), "link": a.url, "title": a.title, "updated": self.shown(a.at).isoformat()} for a in newest
        ]
        return json.dumps({"name": "观测手记", "items": items})

    def rdf(self, source: Source, newest: list[Article]) -> str:
        items = "".join(
            f'<item rdf:about="{a.url}"><title>{a.title}</title><link>{a.url}</link>'
            f"<dc:date>{self.shown(a.at).isoformat()}</dc:date></item>"
            for a in newest
        )
        return (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="{source.address}"><title>河边</title>'
            f"<link>https://{source.host}/</link></channel>{items}</rdf:RDF>"
        )

    def sitemap(self, _: Source, newest: list[Article]) -> str:
        urls = "".join(f"<url><loc>{a.url}</loc><lastmod>{self.changed(a)}</lastmod></url>" for a in newest)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'

    def index(self, source: Source, newest: list[Article]) -> str:
        """Two sitemaps: what was there before the day, and what came on it."""
        parts = {"old": [a for a in newest if a.at < 0], "new": [a for a in newest if a.at >= 0]}
        rows = ""
        for name, part in parts.items():
            if part:
                self.lab.script(
                    source.host, f"/{name}.xml", {"do": "page", "html": self.sitemap(source, part), "content_type": XML}
                )
                last = max(a.at if a.edited is None else a.edited for a in part)
                rows += f"<sitemap><loc>https://{source.host}/{name}.xml</loc><lastmod>{self.shown(last).isoformat()}</lastmod></sitemap>"
        return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'

    def archive(self, _: Source, newest: list[Article]) -> str:
        rows = "".join(f'<li><a href="{a.path}">{a.title}</a></li>' for a in newest)
        return f"<!DOCTYPE html><html><head><title>归档</title></head><body><ul>{rows}</ul></body></html>"

    def album(self, source: Source, newest: list[Article]) -> str:
        """The list in JSON, in two pages."""
        half = (len(newest) + 1) // 2
        pages = [newest[:half], newest[half:]]
        told = []
        for page in pages:
            rows = [
                {"title": a.title, "url": a.long_url, "msgid": str(a.mid), "itemidx": "1",
                 "create_time": str(int(self.shown(a.at).timestamp()))} for a in page
            ]  # fmt: skip
            listed: Any = rows[0] if len(rows) == 1 else rows
            told.append(json.dumps({"base_resp": {"ret": 0}, "getalbum_resp": {
                "article_list": listed, "base_info": {"title": "合集", "nickname": "观测手记"},
                "continue_flag": "1" if page is pages[0] and pages[1] else "0"}}))  # fmt: skip
        last = f"{source.path}&begin_msgid={pages[0][-1].mid}&begin_itemidx=1"
        self.lab.script(WECHAT, last, {"do": "page", "html": told[1], "content_type": JSON})
        return told[0]


LISTS: dict[str, Callable[[World, Source, list[Article]], str | bytes]] = {
    "rss": World.rss, "bridge": World.rss, "atom": World.atom, "json": World.json_feed, "rdf": World.rdf,
    "bridge_json": World.bridge_json, "sitemap": World.sitemap, "index": World.index, "page": World.archive,
    "album": World.album, "packed": lambda world, source, newest: gzip.compress(world.sitemap(source, newest).encode()),
}  # fmt: skip


# The clock


WATCH = """
CREATE SCHEMA day;
CREATE TABLE day.breaker (at timestamptz DEFAULT clock_timestamp(), host text, until timestamptz);
CREATE FUNCTION day.watch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF current_setting('day.moving', true) IS DISTINCT FROM 'yes' THEN
        INSERT INTO day.breaker (host, until) VALUES (NEW.host, NEW.breaker_until);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER day_watch AFTER UPDATE ON ingest.host FOR EACH ROW
    WHEN (NEW.breaker_until IS DISTINCT FROM OLD.breaker_until) EXECUTE FUNCTION day.watch()
"""
TIMES = """
SELECT c.table_name, c.column_name
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'ingest' AND t.table_type = 'BASE TABLE' AND c.data_type = 'timestamp with time zone'
    AND (c.table_name, c.column_name) <> ('revision', 'published_at')
"""


class Clock:
    """Lets time pass by taking it off everything that has a time."""

    def __init__(self, urls: Urls, world: World) -> None:
        self.urls, self.world = urls, world
        query(urls.owner, WATCH)
        sets: dict[str, list[str]] = {}
        for table, column in query(urls.owner, TIMES):
            sets.setdefault(table, []).append(f"{column} = {column} - interval '%s seconds'")
        moves = [f"UPDATE ingest.{table} SET {', '.join(columns)}" for table, columns in sets.items()]
        moves.append("UPDATE ingest.source_part SET changed_ns = changed_ns - %s::bigint * 1000000000")
        self.sql = "; ".join(("SET LOCAL day.moving = 'yes'", *moves))

    def move(self, minutes: int) -> None:
        seconds = minutes * 60
        query(self.urls.owner, self.sql.replace("%s", str(seconds)))
        self.world.moved += timedelta(seconds=seconds)
        self.world.frames.append((time.time(), self.world.moved.total_seconds()))
        for source in self.world.sources:
            for path in Path(source.path).iterdir() if source.kind == "folder" else ():
                at = path.stat().st_mtime_ns - seconds * 10**9
                os.utime(path, ns=(at, at))

    def told(self, at: float) -> float:
        """A time of the real clock as a time that passes."""
        return at + next(moved for since, moved in reversed(self.world.frames) if since <= at)


# What the DAGs do


@dataclass
class Desk:
    """The DAGs' work, and what it came to."""

    store: Store
    urls: Urls
    runs: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    named_at: dict[str, float] = field(default_factory=dict)

    def finish(self, dag: str, run_id: int) -> None:
        pipeline.relate(self.store)
        try:
            pipeline.close_run(self.store, run_id)
        except IngestError as error:
            self.wrong.append(f"account of {dag}: {error}")
        self.runs[dag] += 1

    def discover(self) -> None:
        if not self.store.ask("due", "sources_due")[0][0]:
            return
        due = sources.due_sources(self.store)
        run_id = pipeline.open_run(self.store, "discover_links")
        for batch in sources.portions(due):
            for slug in batch:
                sources.check_source(self.store, run_id, slug, f"{run_id}/{batch[0]}")
        self.finish("discover_links", run_id)

    def fetch_due(self) -> None:
        if not self.store.ask("due", "links_due")[0][0]:
            return
        run_id = pipeline.open_run(self.store, "ingest_due")
        worker.fetch_due(self.store, run_id, ON_A_HOST)
        self.finish("ingest_due", run_id)

    def refresh(self) -> None:
        run_id = pipeline.open_run(self.store, "refresh_essays")
        refresh.plan(self.store, run_id)
        worker.fetch_due(self.store, run_id, ON_A_HOST, of_run=run_id)
        self.finish("refresh_essays", run_id)

    def maintain(self) -> None:
        pipeline.relate(self.store)
        pack(self.store)
        images.keep(self.store, seconds=60)
        for row in face.daily(self.store):
            print(f"  {row['count']:>6,} {row['what']}")

    def note_overdue(self, hour: float) -> None:
        for row in sources.sources(self.store):
            if row["overdue"]:
                self.named_at.setdefault(row["slug"], hour)


FIGURES = """
SELECT (SELECT count(*) FROM ingest.source_check WHERE state <> 'waiting'),
    (SELECT count(*) FROM ingest.source_check WHERE state = 'not_modified'),
    (SELECT count(*) FROM ingest.fetch WHERE how = 'network'),
    (SELECT count(*) FROM ingest.document WHERE merged_into IS NULL),
    (SELECT count(*) FROM ingest.revision WHERE number > 1),
    (SELECT count(*) FROM ingest.document WHERE availability NOT IN ('available', 'unknown'))
"""
NAMES = ("polls", "unchanged", "looks", "documents", "revisions", "takedowns")


def live(world: World, clock: Clock, desk: Desk, follow: Callable[[], None]) -> dict[str, dict[str, float]]:
    """The day, and after it until nothing waits; the figures of its quarters."""
    figures: dict[str, dict[str, float]] = {}
    before, began = [0] * len(NAMES), time.monotonic()

    def part(name: str) -> None:
        nonlocal before, began
        now = list(query(desk.urls.owner, FIGURES)[0])
        figures[name] = {k: b - a for k, a, b in zip(NAMES, before, now, strict=True)}
        figures[name]["seconds"] = time.monotonic() - began
        before, began = now, time.monotonic()

    follow()
    while world.hour <= DAY or (world.hour < LONGEST and waits(desk.urls)):
        world.happen()
        if world.hour == DAY:  # by hand, all of them: what came last is seen before the accounts are made
            sources.check_now(desk.store, [source.slug for source in world.sources])
        desk.discover()
        clock.move(1)
        desk.fetch_due()
        if world.hour % 1 == 0:
            desk.refresh()
        desk.note_overdue(world.hour)
        clock.move(int(TICK * 60) - 1)
        world.hour += TICK
        if world.hour <= DAY and world.hour % 6 == 0:
            part(f"{world.hour - 6:02.0f}-{world.hour:02.0f} h")
    part("after")
    figures["all"] = {name: sum(row[name] for row in figures.values()) for name in (*NAMES, "seconds")}
    return figures


def waits(urls: Urls) -> int:
    return int(query(urls.owner, "SELECT count(*) FROM ingest.address WHERE due_at IS NOT NULL")[0][0])


# What must be true afterwards


class Checks:
    """Says of each thing whether it is so; what is not is counted."""

    def __init__(self) -> None:
        self.wrong = 0

    def that(self, what: str, holds: bool, told: object = "") -> None:
        self.wrong += not holds
        print(f"  {'ok   ' if holds else 'WRONG'} {what}{f': {str(told)[:700]}' if told != '' else ''}")


def check(world: World, clock: Clock, desk: Desk) -> tuple[int, dict[str, float]]:
    checks, owner = Checks(), desk.urls.owner

    def ask(sql: str, *given: Any) -> list[tuple[Any, ...]]:
        return query(owner, sql, *given)

    open_runs = ask("SELECT count(*) FROM ingest.run WHERE ended_at IS NULL")[0][0]
    checks.that("the account of every run adds up", not desk.wrong and not open_runs, desk.wrong or dict(desk.runs))
    essays = list(world.essays.values())
    check_documents(checks, world, ask)
    check_changes(checks, essays, ask, clock)
    conditional = check_polls(checks, world, ask)
    left_alone = check_breaker(checks, world, clock, ask)
    silent = {source.slug for source in world.sources if source.silent}
    overdue = {row["slug"] for row in sources.sources(desk.store) if row["overdue"]}
    checks.that("the source that fell silent is named, and no other", overdue == silent == set(desk.named_at),
                {slug: f"from hour {hour}" for slug, hour in desk.named_at.items()})  # fmt: skip
    problems = face.inconsistencies(desk.store)
    checks.that("the doctor finds nothing", not problems, problems or "")
    never = ask("""SELECT count(*) FROM ingest.run_address ra JOIN ingest.address a USING (address_id)
        WHERE ra.outcome = 'waiting' AND a.document_id IS NULL AND a.state IS NULL""")[0][0]
    leases = ask("""SELECT (SELECT count(*) FROM ingest.address WHERE lease_owner IS NOT NULL)
        + (SELECT count(*) FROM ingest.source WHERE lease_owner IS NOT NULL)""")[0][0]
    unchecked = ask(
        "SELECT slug FROM ingest.source WHERE url IS NOT NULL AND (next_at IS NULL OR next_at > now() + interval '3 days')"
    )
    checks.that("nothing waits for ever", not (waits(desk.urls) or never or leases or unchecked),
                f"{waits(desk.urls)} addresses wait, {never} were never looked at, {leases} leases, {world.hour - DAY:.1f} h after the day")  # fmt: skip
    failing = ask("SELECT slug, state, reason FROM ingest.source WHERE failures > 0")
    checks.that("no source fails in the end", not failing, failing or "")
    return checks.wrong, {"conditional": conditional, **left_alone}


def check_documents(checks: Checks, world: World, ask: Callable[..., list[tuple[Any, ...]]]) -> None:
    twice = ask("""SELECT site, native_id, count(*) FROM ingest.document WHERE native_id IS NOT NULL AND merged_into IS NULL
        GROUP BY 1, 2 HAVING count(*) > 1""")  # fmt: skip
    found = Counter(
        row[0] for row in ask("SELECT coalesce(native_id, url, key) FROM ingest.document WHERE merged_into IS NULL")
    )
    files = sum(len(source.articles) for source in world.sources if source.kind == "folder")
    expected = {f"{BIZ}/{a.mid}/1" if a.mid else a.url for a in world.essays.values()}
    of_files = {key for key in found if key not in expected and "lab.example" not in key and BIZ not in key}
    lost, odd = expected - set(found), set(found) - expected - of_files
    checks.that("no document twice, none lost", not twice and max(found.values()) == 1 and not lost and not odd and len(of_files) == files,
                f"{sum(found.values())} documents, {len(expected) + files} expected; lost {sorted(lost)[:3]}, odd {sorted(odd)[:3]}, twice {twice[:3]}")  # fmt: skip
    waiting = ask("SELECT obtained, count(*) FROM ingest.document WHERE site = 'wechat' GROUP BY 1 ORDER BY 1")
    bodies = ask("SELECT sum(bodies) FROM ingest.source_check")[0][0]
    changed = ask("SELECT count(*) FROM ingest.revision WHERE cause = 'better_evidence'")[0][0]
    checks.that("bodies of bridges gave way to pages", bodies > 0 and changed >= 1 and {row[0] for row in waiting} == {"fetched"},
                f"{bodies} bodies, {changed} gave way; {dict(waiting)}")  # fmt: skip


def check_changes(
    checks: Checks, essays: list[Article], ask: Callable[..., list[tuple[Any, ...]]], clock: Clock
) -> None:
    name = {f"{BIZ}/{a.mid}/1" if a.mid else a.url: a for a in essays}
    gone = {key: a for key, a in name.items() if a.deleted is not None}
    dated_ = {
        row[0]: row[1:]
        for row in ask("""SELECT coalesce(d.native_id, d.url), extract(epoch FROM v.from_at)::float, extract(epoch FROM was.until_at)::float, v.until_at
            FROM essays.availability v JOIN ingest.document d USING (document_id)
            LEFT JOIN essays.availability was ON was.document_id = v.document_id AND was.state = 'available'
            WHERE v.state = 'deleted_by_author'""")
    }
    early = [
        key for key, (at, until, after) in dated_.items()
        if key in gone and (at < clock.world.shown(gone[key].deleted or 0).timestamp() or until != at or after)
    ]  # fmt: skip
    checks.that("takedowns are dated, and no others", dated_.keys() == gone.keys() and not early,
                f"{len(dated_)} of {len(gone)}; missing {sorted(gone.keys() - dated_.keys())[:3]}, odd {sorted(dated_.keys() - gone.keys())[:3]}, misdated {early[:3]}")  # fmt: skip
    edited = Counter(key for key, a in name.items() if a.edited is not None)
    found = Counter(
        row[0]
        for row in ask("""SELECT coalesce(d.native_id, d.url) FROM ingest.revision r JOIN ingest.document d USING (document_id)
            WHERE r.cause = 'publisher_edit'""")
    )
    checks.that("edits are revisions, and nothing else is", found == edited,
                f"{sum(found.values())} of {len(edited)}; missing {sorted(edited - found)[:3]}, odd {sorted(found - edited)[:3]}")  # fmt: skip
    texts = dict(
        ask(
            "SELECT coalesce(d.native_id, d.url), r.text FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id"
        )
    )
    bad = [key for key, a in name.items() if texts.get(key, "").split() != [p for p in a.paragraphs if p]]
    checks.that("every text is the page's", not bad, f"{len(name)} texts, {len(bad)} differ {bad[:2]}")
    unread = ask(
        "SELECT a.url, f.state, f.reason FROM ingest.fetch f JOIN ingest.address a USING (address_id) WHERE f.state IN ('unreadable', 'unsupported', 'unknown_notice')"
    )
    moved = [a for a in essays if a.host in clock.world.redesigned]
    again = sum(one.host in clock.world.redesigned and one.path.startswith("/posts/") for one in clock.world.lab.looks)
    checks.that(
        "the redesign cost nothing", bool(moved) and not unread, f"{len(moved)} pages, {again} looks; {unread[:3]}"
    )


def check_polls(checks: Checks, world: World, ask: Callable[..., list[tuple[Any, ...]]]) -> float:
    """Conditional requests, as the lab saw them: of those for a source one added it, and one was the first poll."""
    polls = conditional = 0
    by_place = {(source.host, source.path): source for source in world.sources if source.kind != "folder"}
    seen: Counter[tuple[str, str]] = Counter()
    for one in world.lab.asked:
        if (place := (one.host, one.path)) in by_place:
            seen[place] += 1
            if seen[place] > 2:
                polls += 1
                conditional += bool(one.headers.keys() & {"if-none-match", "if-modified-since"})
    answered = ask("SELECT count(*) FROM ingest.source_check WHERE http_status = 304")[0][0]
    share = conditional / max(polls, 1)
    checks.that(f"conditional requests are {FEWEST_CONDITIONAL:.0%} of the polls after the first", share >= FEWEST_CONDITIONAL,
                f"{conditional:,} of {polls:,} ({share:.1%}), {answered:,} answered 304")  # fmt: skip
    return share


def check_breaker(
    checks: Checks, world: World, clock: Clock, ask: Callable[..., list[tuple[Any, ...]]]
) -> dict[str, float]:
    """No request to a host falls into a time for which its breaker stood open."""
    rows = ask(
        "SELECT host, extract(epoch FROM at)::float, extract(epoch FROM until)::float FROM day.breaker ORDER BY at"
    )
    opened = [row for row in rows if row[2] is not None]
    bad, after, closed_at = [], 0, None
    for one in world.lab.asked:
        last = next((row for row in reversed(rows) if row[0] == one.host and row[1] < one.at), None)
        if last and last[2] is not None:
            until = last[2] + clock.told(last[1]) - last[1]
            if clock.told(one.at) < until:
                bad.append((one.path, f"{until - clock.told(one.at):.0f} s early"))
    begun = world.start.timestamp()
    if opened:
        closed_at = max(row[1] for row in rows)
        after = sum(one.host == WECHAT and one.at > closed_at for one in world.lab.asked)
    hours = [(clock.told(row[1]) - begun) / 3600 for row in opened]
    captchas = sum(
        one.host == WECHAT and CAPTCHA[0] <= (clock.told(one.at) - begun) / 3600 < CAPTCHA[1] for one in world.lab.asked
    )
    checks.that("the host on captcha was left alone, then went on", bool(opened) and not bad and {row[0] for row in opened} == {WECHAT} and after > 0,
                f"opened at {', '.join(f'{hour:.1f}' for hour in hours)} h, {captchas} requests in its phase, {after} after it; {bad[:3] or 'none while open'}")  # fmt: skip
    return {"breaker_opened": len(opened), "captcha_requests": captchas}


def run(options: argparse.Namespace, folder: Path) -> tuple[int, dict[str, dict[str, float]]]:
    urls = ensure_postgres()
    migrate(urls.owner)
    (folder / "pages").mkdir()
    world = World(options.sources, folder / "pages", options.seed)
    with world.lab:
        os.environ |= world.lab.environment()
        settings.cache_clear()
        world.plan()
        store = Store(urls.loader)
        clock, desk = Clock(urls, world), Desk(store, urls)

        def follow() -> None:
            for source in world.sources:
                every = timedelta(hours=source.every) if source.every else None
                source.slug = sources.add_source(store, source.address, every=every)[0].slug

        figures = live(world, clock, desk, follow)
        print("the daily account:")
        desk.maintain()
        print("afterwards:")
        wrong, told = check(world, clock, desk)
        store.close()
    for dag, count in desk.runs.items():
        told[dag] = count
    return wrong, {**figures, "all": {**figures["all"], **told, "wrong": wrong}}


def main() -> None:
    parser = arguments("A scheduled day, compressed: sources with everything that may happen to them.")
    parser.add_argument("--sources", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.sources < len(RECIPES):
        parser.error(f"--sources is at least {len(RECIPES)}: less of them have not everything that happens")
    with tempfile.TemporaryDirectory(prefix="day-") as scratch:
        os.environ |= {"ESSAYS_HOME": f"{scratch}/home", "ESSAYS_HOST_SPACING": "0", "ESSAYS_FETCH_SECONDS": "10"}
        settings.cache_clear()
        try:
            wrong, figures = run(options, Path(scratch))
        finally:
            destroy_postgres()
    print(f"{options.sources} sources, {DAY:.0f} hours in steps of {TICK * 60:.0f} minutes, seed {options.seed}")
    rows = {part: {name: row[name] for name in (*NAMES, "seconds")} for part, row in figures.items()}
    show(rows, ("sqlalchemy", "psycopg2-binary", "requests", "feedparser"), None)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), "utf-8")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
