"""What WeChat's pages do to a reader, case by case: the traps, every notice, every kind of page."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from ingest import extract
from ingest.decoding.decode import decode
from ingest.markup.page import Page
from ingest.model import Completeness, Evidence, Reading, Role, State
from ingest.sites import wechat
from ingest.sites.wechat import notices
from ingest.sites.wechat.fields import objects
from ingest.sites.wechat.mentions import MOST

BIZ, MID, SN = "MzA5MDEyMzQ1Ng==", "2649000101", "0123456789abcdef0123456789abcdef"
OTHER = "MzI5OTg3NjU0Mw=="
TOKEN, TOKEN2 = "Kd3_vT9-xQ0aZbYcWdEfGh", "Zx8-qW2_eR4tYuIoPaSdFg"
KEY = f"wechat:{BIZ}/{MID}/1"
SHORT = f"https://mp.weixin.qq.com/s/{TOKEN}"
LONG = f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid={MID}&idx=1&sn={SN}"
IDS = f'var biz = "" || "{BIZ}"; var sn = "" || "{SN}" || ""; var mid = "" || "" || "{MID}"; var idx = "" || "1";'
SECRETS = {
    "key": "5f0a" * 24,
    "uin": "MTIzNDU2Nzg5MA%3D%3D",
    "pass_ticket": "Pt%2BsecretAbCd1",
    "poc_token": "HPocSecret123",
    "exportkey": "n_ExportSecret1",
    "appmsg_token": "1299_AppSecret",
    "wx_header": "3",
}


def page(
    body: str = "<p>渡口的船每天只走一趟。</p>",
    title: str = "渡口",
    scripts: str = "",
    ids: str = IDS,
    link: str = SHORT,
    content: str | None = None,
    before: str = "",
    head: str = "",
    heading: str | None = None,
) -> str:
    """An article as the site serves it, in small."""
    container = f'<div class="rich_media_content" id="js_content" style="visibility: hidden;">{body}</div>'
    return f"""{before}<!DOCTYPE html><html><head><meta charset="utf-8"><title></title>
<meta property="og:title" content="{title}"><meta property="og:url" content="{link}">{head}<script>{ids}</script></head>
<body id="activity-detail" class="zh_CN mm_appmsg"><div id="js_article" class="rich_media">
{f'<h1 class="rich_media_title" id="activity-name">{title}</h1>' if heading is None else heading}
<a id="js_name">山间来信</a><em id="publish_time"></em>{container if content is None else content}</div>
<script>var nickname = htmlDecode("山间来信"); var ct = "1735689600"; var user_name = "gh_0a1b2c3d4e5f";
var svr_time = "1735700000" * 1; {scripts}</script></body></html>"""


def share(kind: str, data: str, shape: str = "") -> str:
    """A post, a video or a recording: all of it in the data, the container empty."""
    return f"""<!DOCTYPE html><html><head><meta property="og:title" content="引子"><script>
window.biz = '' || '{BIZ}'; window.mid = '' || '' || '{MID}'; window.idx = '' || '1'; window.ct = '1735689600';
</script></head><body id="" class="zh_CN page_share_common"><div id="js_article" class="share_content_page">{shape}</div>
<script>window.cgiDataNew = {{ user_name: 'gh_0a1b2c3d4e5f', nick_name: '山间来信', bizuin: '{BIZ}', mid: '{MID}' * 1,
idx: '1' * 1, item_show_type: '{kind}' * 1, ori_create_time: '1735689600' * 1, {data} }};</script></body></html>"""


def notice(title: str, detail: str = "", script: str = "") -> str:
    """A notice as the site serves it."""
    return f"""<!DOCTYPE html><html><head><title></title><script>window.LANG = "zh_CN";{script}</script></head>
<body id="activity-detail"><div class="weui-msg"><div class="weui-msg__text-area">
<h2 class="weui-msg__title warn">
    {title}
</h2><p class="weui-msg__desc">{detail}</p></div></div></body></html>"""


def read(html: str, url: str | None = None) -> Reading:
    return wechat.read(Page(html, url))


def essay(html: str, url: str | None = None):
    reading = read(html, url)
    assert reading.essay is not None, (reading.state, reading.reason)
    return reading.essay


def claims(html: str) -> list[tuple[str, str, str | None]]:
    return [(claim.kind, claim.target.key, claim.quote) for claim in essay(html).claims]


# The eighteen traps.


@pytest.mark.parametrize("separator", ["&", "&amp;", "&amp;amp;", "\\x26", "\\x26amp;", "\\u0026"])
def test_trap_01_a_long_link_has_one_key_however_it_is_escaped(separator: str) -> None:
    biz = BIZ.replace("=", "%3D")
    tail = separator.join((f"mid={MID}", "idx=1", f"sn={SN}", "chksm=0f", "scene=27"))
    found = wechat.address(f"http://mp.weixin.qq.com/s?__biz={biz}{separator}{tail}#wechat_redirect")
    assert found
    assert (found.key, found.url) == (KEY, LONG)


def test_trap_02_a_short_link_keeps_its_case_and_nothing_else() -> None:
    found = wechat.address(f"{SHORT}?scene=1&click_id=7#rd")
    assert found
    assert (found.key, found.url) == (f"wechat:s/{TOKEN}", SHORT)
    assert wechat.address(SHORT.lower()) != found


@pytest.mark.parametrize(
    "ids",
    [
        f"var biz = null; {IDS} function half(a, b) {{ var mid = a + b >> 1; }} var sn = g$2.sn; var biz = null;",
        f'var biz = ""||"{BIZ}"; var mid = "{MID}" || "" || ""; var idx = "1" || "" || ""; var sn = ""||""||"{SN}";',
        f'var mid = ""\n || "" || "{MID}"; var biz = "{BIZ}"||""; var idx = "" || "" || "1";',
    ],
)
def test_trap_03_an_identity_is_the_first_string_that_is_not_empty(ids: str) -> None:
    assert essay(page(ids=ids)).native_id == f"{BIZ}/{MID}/1"


def test_trap_04_short_and_long_link_prove_one_identity_and_two_addresses() -> None:
    by_short, by_long = read(page(link=SHORT)), read(page(link=LONG.replace("&", "&amp;") + "&amp;chksm=1#rd"))
    assert by_short.essay and by_long.essay
    assert by_short.essay.native_id == by_long.essay.native_id == f"{BIZ}/{MID}/1"
    assert [address.key for address in by_short.addresses] == [f"wechat:s/{TOKEN}", KEY]
    assert [address.key for address in by_long.addresses] == [KEY]


@pytest.mark.parametrize(
    ("heading", "title", "scripts"),
    [
        (
            '<h1 id="activity-name"><span class="js_title_inner">信的 "结尾"</span><span class="pay__tag">已付费</span></h1>',
            "",
            "",
        ),
        ('<h1 id="activity-name"> 信的 "结尾" <span class="pay__tag">已付费</span></h1>', "", ""),
        ("", "", "var msg_title = '信的 &quot;结尾&quot;'.html(false);"),
        ("", r"信的\n\x26quot;结尾\x26quot;", ""),
        ("", "", r"var msg_title = '信的 \x22结尾\x22'.html(false);"),
    ],
)
def test_trap_05_a_title_is_free_of_tags_and_escapes(heading: str, title: str, scripts: str) -> None:
    assert essay(page(heading=heading, title=title, scripts=scripts)).title == '信的 "结尾"'


def test_trap_05_an_escaped_quote_does_not_end_a_title() -> None:
    assert essay(page(heading="", title="", scripts=r"var msg_title = 'it\'s here'.html(false);")).title == "it's here"


def test_trap_06_a_text_post_is_its_text_and_not_the_card_in_its_container() -> None:
    card = '<div id="js_content"><a class="wx_follow_nickname">山间来信</a><h1>关注</h1></div>'
    told = essay(
        share(
            "10",
            r"title: '引子', text_page_info: { content_noencode: '第一行\x0a第二行', is_user_title: '1' * 1 },",
            card,
        )
    )
    assert (told.text, told.title) == ("第一行\n第二行", "引子")


def test_trap_06_an_image_post_has_each_picture_once() -> None:
    def one(name: str) -> str:
        url = f"https://mmbiz.qpic.cn/sz_mmbiz_jpg/{name * 30}/0?wx_fmt=jpeg"
        return (
            f"{{ cdn_url: '{url}\\x26amp;amp;from=appmsg', width: '9' * 1, live_photo: {{ format_info: [\n], cdn_url: 'x' }},"
            f" watermark_info: {{ cdn_url: '{url}\\x26mark=1' }}, share_cover: {{ cdn_url: '{url.replace(name * 30, 'c' * 30)}' }} }},"
        )

    listed = f"picture_page_info_list: [ {one('a')} {one('b')} {one('a')} ], title: '溪边', content_noencode: '两张。',"
    told = essay(share("8", listed + f" cdn_url: 'https://mmbiz.qpic.cn/mmbiz_jpg/{'z' * 30}/0',"))
    assert [image.url for image in told.images] == [
        f"https://mmbiz.qpic.cn/sz_mmbiz_jpg/{name * 30}/0?wx_fmt=jpeg&from=appmsg" for name in "ab"
    ]
    assert told.text == "两张。"


CARD = '<div id="js_content"><div class="original_panel_content">{}</div></div>'
SOURCE = (
    f'<span id="js_share_author">河岸</span><a id="js_share_source" data-url="http://mp.weixin.qq.com/s?__biz={OTHER.replace("=", "%3D")}'
    f'&amp;mid=2247000007&amp;idx=1&amp;sn={SN}#rd">阅读全文</a>'
)
TEMPLATE = (
    '<script id="content_tpl" type="text/html"><section><p>桥修了三年。</p><p>通车那天下雪。</p></section></script>'
)


@pytest.mark.parametrize("shown", ["", "<p>桥修了三年。…</p>"], ids=["as served", "rendered"])
def test_trap_07_a_share_card_is_the_article_it_shares(shown: str) -> None:
    html = page(content=SOURCE + CARD.format(shown) + TEMPLATE)
    told = essay(html)
    assert (told.text, told.role, told.completeness) == (
        "桥修了三年。\n\n通车那天下雪。",
        Role.REPRINT,
        Completeness.FULL,
    )
    assert claims(html) == [("reprint_of", f"wechat:{OTHER}/2247000007/1", "河岸")]


def test_trap_07_a_share_card_that_lost_the_article_is_an_excerpt() -> None:
    told = essay(page(content=SOURCE + CARD.format("<p>桥修了三年。…</p>")))
    assert (told.text, told.completeness) == ("桥修了三年。…", Completeness.EXCERPT)


@pytest.mark.parametrize("words", [words for words, _ in notices.NOTICES])
def test_trap_08_an_essay_that_quotes_a_notice_is_an_essay(words: str) -> None:
    html = page(f"<p>打开一看：“{words}”。</p>", title=words)
    assert (read(html).state, essay(html).title) == (State.ARTICLE, words)


CAPTCHA = "<html><head><title></title><script>var PAGE_MID = 'mmbizwap:secitptpage/verify.html';</script></head><body>{}</body></html>"


@pytest.mark.parametrize(
    "html",
    [
        CAPTCHA.format('<div class="weui-msg"></div>'),
        CAPTCHA.format('<div id="js_article"><div id="js_content"></div></div>'),
        '<html><head><script src="//res.wx.qq.com/TCaptcha.js"></script></head><body></body></html>',
        '<html><body><a id="js_verify">去验证</a></body></html>',
    ],
)
def test_trap_09_a_captcha_is_known_without_words(html: str) -> None:
    assert read(html, SHORT).state is State.VERIFY_PAGE
    assert read(html, LONG).state is State.NEEDS_SHORT_LINK
    assert read(html, "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x").state is State.VERIFY_PAGE


def test_trap_09_a_captcha_by_its_path_is_one_whatever_it_shows() -> None:
    assert read(page(), "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x").essay is None


def test_trap_10_a_page_that_is_gone_says_so_and_has_no_essay() -> None:
    reading = read(notice("该内容已被发布者删除", script="var biz = '' || '';"), SHORT)
    assert (reading.state, reading.essay) == (State.DELETED_BY_AUTHOR, None)
    assert [address.key for address in reading.addresses] == [f"wechat:s/{TOKEN}"]


@pytest.mark.parametrize(
    ("body", "scripts", "state"),
    [
        ('<p>开头。</p><p class="mp-pay-preview-filter"></p>', 'var is_pay_subscribe = "1" * 1;', State.PREVIEW_ONLY),
        ("", 'var is_pay_subscribe = "1" * 1;', State.PREVIEW_ONLY),
        ("<p>全文。</p>", 'var is_pay_subscribe = "1" * 1; var is_paid = "1" * 1;', State.ARTICLE),
        ("<p>全文。</p>", 'var is_pay_subscribe = "0" * 1;', State.ARTICLE),
    ],
)
def test_trap_11_an_unpaid_article_is_a_preview(body: str, scripts: str, state: State) -> None:
    reading = read(page(body, scripts=scripts))
    assert reading.state is state
    assert reading.essay
    assert reading.essay.completeness is (Completeness.PREVIEW if state is State.PREVIEW_ONLY else Completeness.FULL)


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ('var ct = "1762743600"; var svr_time = "1762926282";', datetime(2025, 11, 10, 3, 0, tzinfo=UTC)),
        ("var createTime = '2025-11-10 12:00'; var svr_time = '1762926282';", datetime(2025, 11, 10, 4, 0, tzinfo=UTC)),
        (
            "window.cgiDataNew = { create_time: '2025-11-10 12:00', svr_time: '1762926282' * 1 };",
            datetime(2025, 11, 10, 4, 0, tzinfo=UTC),
        ),
        ("var svr_time = '1762926282'; var filter_time = '1762926000'; var modify_time = '1762926001';", None),
    ],
)
def test_trap_12_the_time_is_that_of_publication_in_beijing(told: str, at: datetime | None) -> None:
    html = page().replace('var ct = "1735689600";', "").replace('var svr_time = "1735700000" * 1;', told)
    published = essay(html).published
    assert (published.at if published else None) == at


@pytest.mark.parametrize("body", ["<p>获取全文失败，请重试~</p>", "<style>.weui-msg{padding:9px}</style>", ""])
def test_trap_13_what_a_bridge_sends_in_place_of_a_body_is_no_essay(body: str) -> None:
    assert read(f"<html><body>{body}</body></html>", SHORT).essay is None


def test_trap_13_a_whole_page_in_place_of_a_body_is_read_as_a_page() -> None:
    html = page().replace(
        '<a id="js_name">', '<div class="rich_media_tool">微信扫一扫 关注该公众号</div><a id="js_name">'
    )
    assert essay(html).text == "渡口的船每天只走一趟。"


def test_trap_14_an_album_s_number_keeps_all_its_digits() -> None:
    assert objects("{ album_id: 3457885223537541125, album_id_str: '3457885223537541125' }") == {
        "album_id": "3457885223537541125", "album_id_str": "3457885223537541125",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (page("<p>朱镕基与喆囍</p>").replace('"utf-8"', '"gb2312"').encode("gb18030"), "朱镕基与喆囍"),
        (page("<p>朱镕基与喆囍</p>").replace('"utf-8"', '"gb2312"').encode(), "朱镕基与喆囍"),
        (
            page("<p>" + "水到渠成。" * 400 + "</p>").encode().replace("渠".encode(), b"\xe6\xb8", 1),
            "水到\ufffd成。" + "水到渠成。" * 399,
        ),
    ],
    ids=["gbk labelled gb2312", "utf-8 labelled gb2312", "one bad byte"],
)
def test_trap_15_the_charset_is_what_the_bytes_are(data: bytes, text: str) -> None:
    assert essay(decode(data).text).text == text


PICTURE = "mmbiz.qpic.cn/sz_mmbiz_png/" + "Q" * 40


@pytest.mark.parametrize(
    "img",
    [
        f'<img data-src="https://{PICTURE}/640?wx_fmt=png">',
        f'<img src="data:image/gif;base64,R0lGOD" data-src="https://{PICTURE}/640?wx_fmt=png">',
        f'<img src="//res.wx.qq.com/placeholder.gif" data-src="//{PICTURE}/640?wx_fmt=png">',
        f'<img data-src="http://{PICTURE}/640?wx_fmt=png" data-croporisrc="https://mmbiz.qpic.cn/mmbiz_png/{"R" * 40}/0">',
    ],
)
def test_trap_16_a_picture_is_where_it_will_be_loaded_from(img: str) -> None:
    assert [image.url for image in essay(page(f"<p>前</p><p>{img}</p>")).images] == [
        f"https://{PICTURE}/640?wx_fmt=png"
    ]


def test_trap_16_code_keeps_one_line_a_line() -> None:
    code = "<pre class='code-snippet__js' data-lang='js'><code>a&nbsp;=&nbsp;1</code><code>b</code></pre>"
    block = f"<section class='code-snippet__fix'><ul class='code-snippet__line-index'><li></li><li></li></ul>{code}</section>"
    told = essay(page(block))
    assert (told.text, told.markdown) == ("a = 1\nb", "```js\na = 1\nb\n```")


def test_trap_17_a_head_trap_is_no_page() -> None:
    trap = "<!--headTrap<body></body><head></head><html></html>-->"
    assert essay(page(before=trap)).native_id == essay(page(head=trap)).native_id == f"{BIZ}/{MID}/1"


def test_trap_17_a_page_saved_as_a_string_is_the_page() -> None:
    literal = page().replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert essay(literal).text == "渡口的船每天只走一趟。"


@pytest.mark.parametrize("separator", ["&", "&amp;"])
def test_trap_18_no_secret_is_in_anything_that_is_kept(separator: str) -> None:
    secrets = separator.join(f"{name}={value}" for name, value in SECRETS.items())
    other = f"http://mp.weixin.qq.com/s?__biz={OTHER}{separator}mid=2247000007{separator}idx=1{separator}{secrets}"
    album = f"https://mp.weixin.qq.com/mp/appmsgalbum?action=getalbum{separator}{secrets}#wechat_redirect"
    body = (
        f'<p><a href="{other}">一篇旧文</a> <a href="{album}">专辑</a></p><p>见 {other} 与 {album}</p>'
        f'<p><a href="{SHORT}?{secrets}">{other}</a><img data-src="https://{PICTURE}/640?wx_fmt=png{separator}{secrets}"></p>'
    )
    html = page(
        body,
        link=f"{LONG}&{secrets}".replace("&", separator),
        title=f"转：{album}",
        scripts=f"var msg_source_url = '{other}'; var source_mid = '2247000008'; var reprint_url = '{other}';",
    )
    reading = read(html, f"{LONG}&{secrets}")
    told = reading.essay
    assert told
    assert len(told.claims) == 3
    kept = f"{reading} {told.text} {told.markdown}"
    for name, value in SECRETS.items():
        assert value not in kept or len(value) < 5, name
    urls = [told.url, *(claim.target.url for claim in told.claims), *(image.url for image in told.images)]
    urls += [address.url for address in reading.addresses] + re.findall(r"\]\(([^)]*)\)", told.markdown)
    assert not [url for url in urls if any(f"{name}=" in (url or "") for name in SECRETS)]


# Notices.

SAID = [
    ("环境异常", State.VERIFY_PAGE),
    ("当前环境异常，完成验证后即可继续访问。", State.VERIFY_PAGE),
    ("访问过于频繁，请用微信扫描二维码进行访问", State.IDENTITY_CHECK),
    ("你的访问过于频繁，需要从微信打开验证身份，是否需要继续访问当前页面？", State.IDENTITY_CHECK),
    ("操作频繁，请稍后再试", State.RATE_LIMITED),
    ("未知错误，请稍后再试", State.UNAVAILABLE),
    ("失效的验证页面", State.VERIFY_PAGE),
    ("你暂无权限查看此页面内容", State.UNAVAILABLE),
    ("该内容暂时无法查看", State.UNAVAILABLE),
    ("此内容暂时无法查看", State.UNAVAILABLE),
    ("该内容已被发布者删除", State.DELETED_BY_AUTHOR),
    ("該內容已被發佈者刪除", State.DELETED_BY_AUTHOR),
    ("The content has been deleted by the author.", State.DELETED_BY_AUTHOR),
    ("此内容因违规无法查看", State.VIOLATION),
    ("This content is unavailable: violating relevant laws and regulations", State.VIOLATION),
    ("此内容被投诉且经审核涉嫌侵权，无法查看。", State.VIOLATION),
    ("此内容发送失败无法查看", State.VIOLATION),
    ("此内容涉嫌违反相关法律法规和政策", State.VIOLATION),
    ("此内容违反《互联网用户公众账号信息服务管理规定》", State.VIOLATION),
    ("此帐号已被屏蔽, 内容无法查看", State.ACCOUNT_GONE),
    ("此帐号已自主注销，内容无法查看", State.ACCOUNT_GONE),
    ("该帐号已系统注销", State.ACCOUNT_GONE),
    ("帐号已被系统回收", State.ACCOUNT_GONE),
    ("该帐号已冻结", State.ACCOUNT_GONE),
    ("This account has been blocked and its content can't be viewed", State.ACCOUNT_GONE),
    ("原帐号迁移时未将文章素材同步至新帐号，该链接已不可访问", State.GONE),
    ("此帐号处于帐号迁移流程中", State.UNAVAILABLE),
    ("此帐号已申请公众号帐号迁移流程，被冻结/回收，小主页暂无法访问", State.UNAVAILABLE),
    ("该公众号已迁移", State.GONE),
    ("链接已过期", State.LINK_EXPIRED),
    ("The link has expired", State.LINK_EXPIRED),
    ("预览链接已失效", State.LINK_EXPIRED),
    ("参数错误", State.PARAM_ERROR),
    ("Parameter error", State.PARAM_ERROR),
    ("请在微信客户端打开链接", State.UNSUPPORTED),
    ("Open the link in WeChat", State.UNSUPPORTED),
    ("系统出错", State.UNAVAILABLE),
    ("投诉类型：冒名侵权", State.VIOLATION),
    ("内容审核中", State.UNAVAILABLE),
    ("已停止访问该网页", State.GONE),
]


@pytest.mark.parametrize(("said", "state"), SAID, ids=[said[:20] for said, _ in SAID])
def test_every_notice_is_told_in_either_spelling(said: str, state: State) -> None:
    for spelled in (said, said.replace("帐", "账")):
        reading = read(notice(spelled))
        assert (reading.state, reading.essay, reading.reason) == (state, None, spelled)
        assert wechat.owns(Page(notice(spelled), SHORT))


@pytest.mark.parametrize(
    "html",
    [
        notice("请稍候重试这一种新页面", "详情若干"),
        '<html><body><div class="weui-msg"><p>请稍候重试这一种新页面</p><p>详情若干</p></div></body></html>',
        "<html><head><title>请稍候重试这一种新页面 详情若干</title></head><body></body></html>",
    ],
)
def test_an_unknown_notice_keeps_its_sentence_for_a_person(html: str) -> None:
    reading = read(html)
    assert (reading.state, reading.reason) == (State.UNKNOWN_NOTICE, "请稍候重试这一种新页面 详情若干")


def test_a_migrated_account_s_article_is_where_the_page_says() -> None:
    target = LONG.replace(BIZ, OTHER).replace("&", r"\x26amp;")
    reading = read(notice("该公众号已迁移", script=f"var transferTargetLink = '{target}';"), SHORT)
    assert (reading.state, reading.addresses[0].key) == (State.MOVED, f"wechat:{OTHER}/{MID}/1")


def test_a_notice_beside_an_empty_container_is_a_notice() -> None:
    html = page("").replace(
        '<div id="js_article"',
        '<div class="weui-msg"><h2 class="weui-msg__title">链接已过期</h2></div><div id="js_article"',
    )
    assert read(html).state is State.LINK_EXPIRED


def test_a_container_without_a_body_is_unreadable_and_never_empty() -> None:
    assert read(page("")).state is State.UNREADABLE
    assert read(page("<p> </p><p><br></p>")).state is State.UNREADABLE


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ('{"base_resp":{"ret":200013,"err_msg":"freq control"}}', State.RATE_LIMITED),
        ('{"base_resp":{"err_msg":"invalid session","ret":200003}}', State.UNSUPPORTED),
        ('{"base_resp":{"ret":-77,"err_msg":"?"}}', State.UNKNOWN_NOTICE),
    ],
)
def test_an_interface_s_answer_is_no_page(answer: str, state: State) -> None:
    assert read(answer, SHORT).state is state


def test_the_page_that_blocked_links_lead_to_is_this_site_s() -> None:
    html = "<html><head><title>已停止访问该网页</title></head><body></body></html>"
    stopped = Page(html, "https://weixin110.qq.com/cgi-bin/mmspamsupport-bin/newredirectconfirmcgi?main_type=1")
    assert wechat.owns(stopped)
    assert wechat.read(stopped).state is State.GONE


# Kinds of pages.


@pytest.mark.parametrize("decoded", [True, False], ids=["JsDecode", "plain strings"])
@pytest.mark.parametrize(
    ("kind", "data", "state", "text"),
    [
        ("8", "content_noencode: '两张照片。'", State.IMAGE_POST, "两张照片。"),
        ("10", r"text_page_info: { content_noencode: '一行\x0a两行' }", State.TEXT_POST, "一行\n两行"),
        ("10", r"text_page_info: { content: '一行\x0a两行' }", State.TEXT_POST, "一行\n两行"),
        ("17", "content_noencode: '很短的话。'", State.TEXT_POST, "很短的话。"),
        ("5", "content_noencode: '会动的一天。'", State.VIDEO_SHARE, "会动的一天。"),
        ("7", "content_noencode: '说给你听。'", State.AUDIO_SHARE, "说给你听。"),
        ("6", "desc: '一首老歌。'", State.AUDIO_SHARE, "一首老歌。"),
        ("5", "desc: ''", State.VIDEO_SHARE, "引子"),
    ],
)
def test_every_kind_of_share_is_read_with_and_without_js_decode(
    kind: str, data: str, state: State, text: str, decoded: bool
) -> None:
    data = re.sub(r"('[^']*')", r"JsDecode(\1)", data) if decoded else data
    reading = read(share(kind, f"title: '引子', {data},"))
    assert reading.state is state
    assert reading.essay
    assert (reading.essay.text, reading.essay.native_id) == (text, f"{BIZ}/{MID}/1")


def test_an_article_whose_body_is_only_in_the_data_is_read() -> None:
    data = r"window.cgiDataNew={ item_show_type: '0' * 1, content_noencode: '\x3cp\x3e全文在此。\x3c/p\x3e' };"
    assert essay(page("").replace("</body>", f"<script>{data}</script></body>")).text == "全文在此。"


def test_of_two_containers_an_empty_one_is_a_decoy() -> None:
    full = '<div id="js_content"><p>正文。</p></div>'
    assert essay(page(content='<div id="js_content"></div>' + full)).text == "正文。"
    assert essay(page(content=full + full)).text == "正文。"


def test_a_reprint_names_its_source_by_number_or_by_address() -> None:
    told = (
        "var source_biz = '2398330323'; var source_mid = '2654868330'; var source_idx = '1'; var copyright_stat = '2';"
    )
    assert claims(page(scripts=told)) == [("reprint_of", "wechat:MjM5ODMzMDMyMw==/2654868330/1", None)]
    link = LONG.replace(BIZ, OTHER).replace("&", "&amp;")
    data = f"window.cgiDataNew = {{ copyright_info: {{ copyright_stat: '2' * 1, platform: '河岸', reprint_url: '{link}' }} }};"
    html = page().replace("</body>", f"<script>{data}</script></body>")
    assert claims(html) == [("reprint_of", f"wechat:{OTHER}/{MID}/1", "河岸")]
    assert essay(html).role is Role.REPRINT


def test_read_the_original_is_a_link_out_of_its_wrapper() -> None:
    wrapped = "http://mp.weixinbridge.com/mp/wapredirect?url=https%3A%2F%2Fblog.example.com%2Fa%3Fpass_ticket%3Dabc123def%26b%3D1"
    told = essay(page(scripts=f"var msg_source_url = '{wrapped}';")).claims
    assert [(claim.kind, claim.target) for claim in told] == [
        ("links_to", extract.address("https://blog.example.com/a?b=1"))
    ]


# Mentions.


def test_articles_that_a_body_mentions_are_found_links_in_order() -> None:
    long = f"http://mp.weixin.qq.com/s?__biz={OTHER}&amp;mid=2247000007&amp;idx=2&amp;sn={SN}&amp;chksm=1&amp;scene=21#wechat_redirect"
    body = f"""<p>先看<a class="normal_text_link" href="{long}" data-itemshowtype="0">渡口 <b>旧事</b></a>，
    再看<a href="https://mp.weixin.qq.com/s/{TOKEN2}"><span><img data-src="https://{PICTURE}/640" alt="桥"></span></a>。</p>
    <p><a href="{long}">同一篇</a><a href="{SHORT}">本文</a><a href="{LONG.replace("&", "&amp;")}">本文</a></p>
    <p><a href="https://mp.weixin.qq.com/mp/appmsgalbum?__biz={BIZ}&amp;album_id=1">合集</a>
    <a href="https://mp.weixin.qq.com/mp/profile_ext?action=home&amp;__biz={OTHER}">主页</a>
    <a class="wx_topic_link" topic-id="1">#话题</a><a href="https://blog.example.com/">外面</a><a href="">卡片</a></p>
    <mp-common-profile data-id="{OTHER}" data-nickname="河岸"></mp-common-profile>
    <p>[1] 第三篇：https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv，很好</p>
    <blockquote class="js_blockquote_wrap" data-type="2" data-url="https://mp.weixin.qq.com/s/0000000000000000000001">
    <section class="js_blockquote_digest"><p>桥修了三年。</p></section></blockquote>"""
    assert claims(page(body)) == [
        ("links_to", f"wechat:{OTHER}/2247000007/2", "渡口 旧事"),
        ("links_to", f"wechat:s/{TOKEN2}", "桥"),
        ("links_to", "wechat:s/AbCdEfGhIjKlMnOpQrStUv", None),
        ("quotes", "wechat:s/0000000000000000000001", "桥修了三年。"),
        ("links_to", "wechat:s/0000000000000000000001", None),
    ]


def test_mentions_of_a_post_and_of_a_shared_article_are_found() -> None:
    link = rf"\x3ca href=\x22https://mp.weixin.qq.com/s/{TOKEN2}\x22\x3e旧文\x3c/a\x3e"
    for kind, data in (("8", "content_noencode: "), ("10", "text_page_info: { content_noencode: ")):
        html = share(kind, f"title: '引子', {data}'见{link}。' {'}' if '{' in data else ''},")
        assert claims(html) == [("links_to", f"wechat:s/{TOKEN2}", "旧文")]
        assert essay(html).text == "见旧文。"
    template = TEMPLATE.replace("三年。", f'三年。<a href="https://mp.weixin.qq.com/s/{TOKEN2}">另一座</a>')
    assert claims(page(content=CARD.format("") + template)) == [("links_to", f"wechat:s/{TOKEN2}", "另一座")]


def test_a_link_around_a_picture_is_called_what_the_data_calls_it() -> None:
    data = f"window.cgiDataNew = {{ ainfos: [ {{ title: '一座&amp;桥', url: 'https://mp.weixin.qq.com/s/{TOKEN2}' }}, ] }};"
    body = f'<p>看</p><a href="https://mp.weixin.qq.com/s/{TOKEN2}"><img data-src="https://{PICTURE}/640"></a>'
    html = page(body).replace("</body>", f"<script>{data}</script></body>")
    assert claims(html) == [("links_to", f"wechat:s/{TOKEN2}", "一座&桥")]


def test_mentions_have_a_bound_and_short_words() -> None:
    links = "".join(f'<p><a href="https://mp.weixin.qq.com/s/{n:022d}">{"长" * 900}</a></p>' for n in range(MOST + 50))
    found = claims(page(links))
    assert len(found) == MOST
    assert max(len(quote or "") for _, _, quote in found) <= 300


def test_an_article_belongs_to_its_albums() -> None:
    data = """window.cgiDataNew = { appmsgalbuminfo: { album_id: '4128812927555911694', title: '河上 &amp; 桥边' },
    public_tag_info: { tags: [ { tag_name: '河上 &amp; 桥边' }, { tag_name: '旧信' }, ], } };"""
    told = essay(page().replace("</body>", f"<script>{data}</script></body>"))
    assert [(chrome.kind, chrome.text) for chrome in told.chrome] == [("album", "河上 & 桥边"), ("album", "旧信")]


# Pictures.


def test_a_picture_comes_once_in_whatever_size_and_is_no_cover_and_no_emoji() -> None:
    face = "https://res.wx.qq.com/t/wx_fed/we-emoji/res/v1.3.10/assets/Expression/Expression_1@2x.png"
    body = f"""<p>好<img data-src="{face}" alt="[微笑]" data-w="20">的<img data-src="{face}" data-w="20"></p>
    <p><img data-src="https://{PICTURE}/640?wx_fmt=png&amp;from=appmsg" alt="第一张"></p>
    <p><img data-src="http://{PICTURE}/300?wx_fmt=png&amp;tp=webp&amp;wxfrom=5#imgIndex=3"></p>
    <p><img data-src="https://mmbiz.qpic.cn/mmbiz_gif/{"S" * 40}/640?wx_fmt=other" alt="图片"></p>"""
    told = essay(page(body, scripts=f"var msg_cdn_url = 'https://mmbiz.qpic.cn/mmbiz_jpg/{'C' * 40}/0';"))
    assert [(image.url, image.alt) for image in told.images] == [
        (f"https://{PICTURE}/640?wx_fmt=png&from=appmsg", "第一张"),
        (f"https://mmbiz.qpic.cn/mmbiz_gif/{'S' * 40}/640?wx_fmt=other", None),
    ]
    assert told.text == "好[微笑]的"
    assert told.markdown.count(PICTURE) == 2


def test_pictures_behind_drawings_count_and_wallpaper_does_not() -> None:
    urls = [f"https://mmbiz.qpic.cn/sz_mmbiz_png/{letter * 40}/640?wx_fmt=png" for letter in "ABCD"]
    body = f"""<section style='background-image:url("{urls[0]}")'><p>纸上的字</p></section>
    <svg viewBox="0 0 1080 900" style="background-size:100%; background-image: url(&quot;{urls[1]}&quot;)"></svg>
    <section style="background:#fff url({urls[2]}) no-repeat;"><svg viewBox="0 0 1 1"></svg></section>
    <svg><foreignObject><p>画里的话</p><img data-src="{urls[3]}"></foreignObject></svg><svg viewBox="0 0 1 1"></svg>"""
    told = essay(page(body))
    assert [image.url for image in told.images] == urls[1:]
    assert told.text == "纸上的字\n\n画里的话"


def test_a_page_of_an_exporter_has_reduced_evidence_and_no_identity() -> None:
    html = page(f'<p>正文。<a href="https://mp.weixin.qq.com/s/{TOKEN2}">旧文</a></p>')
    html = re.sub(r"<script.*?</script>|<meta property[^>]*>", "", html, flags=re.DOTALL)
    reading = read(html)
    assert (reading.evidence, reading.addresses) == (Evidence.REDUCED, ())
    assert reading.essay
    assert reading.essay.native_id is None
    assert [claim.target.key for claim in reading.essay.claims] == [f"wechat:s/{TOKEN2}"]
