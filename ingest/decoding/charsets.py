"""Which charset bytes without a word about it are in: each strict reading is scored, and doubt is said.

Any bytes can be read as GB18030, Big5 or UTF-16; only one reading consists of the characters that people use. A reading
gains by common Han characters and loses by rare ones, by kana where there should be none, by private use and controls.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache

from ingest.text import fold

CHINESE = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
_OTHERS = ("shift_jis", "euc_jp", "cp949")  # not what essays are in here, but what they must not be taken for
SCORED = frozenset({*CHINESE, *_OTHERS, "cp932"})
_LANGUAGES = {"shift_jis": "ja", "cp932": "ja", "euc_jp": "ja", "cp949": "ko"}
_SEVEN_BIT = ("hz", "utf-7", "iso2022_jp", "iso2022_kr")
_NAMES = {"gb18030": "GB18030", "big5hkscs": "Big5", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp949": "EUC-KR",
          "shift_jis": "Shift-JIS", "euc_jp": "EUC-JP"}  # fmt: skip
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs", "euc_kr": "cp949"}
_ALIASES = {"x-gbk": "gb18030", "csgb2312": "gb18030", "gb_2312-80": "gb18030", "x-x-big5": "big5hkscs",
            "x-sjis": "shift_jis", "windows-31j": "cp932", "x-euc-jp": "euc_jp", "windows-949": "cp949"}  # fmt: skip
_NO_CHARSET = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "unicode-escape"}

GOOD = 0.6  # a mean score above this is of a language
SURE = 1.2  # and above this, with this many characters, it is what was declared
SURE_WEIGHT = 20
BETTER = 0.6  # the best reading's lead in the mean
ENOUGH = 8.0  # and in the sum: a few characters prove nothing
SHORT = 400  # bytes; below this, valid UTF-8 may be an accident

# The characters that make up nine tenths of any Chinese text, in their simplified form.
_COMMON = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所"
    "然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与"
    "长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己"
    "制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系"
    "气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社"
    "便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉"
    "格望觉术领共确传师观清今切院让识候带导争运笔快收根干造言联持组每济车亲极林服改始调研病句字读写模型压缩智算输"
    "训练语词料集参络码译答案评测质谁吗呢吧啊呀哪您咱俩喜欢爱怕哭笑跑吃喝睡醒梦城乡村街楼房屋窗床桌椅灯火花草树叶"
    "鸟鱼狗猫牛羊红黄蓝绿黑春夏秋冬早晚夜昨午周末钱买卖价贵宜店票块元角饭菜茶酒米肉糖盐油衣鞋帽布包袋父母爸妈哥姐"
    "弟妹爷奶孩婚妻夫朋友客邻居板医药疼痛疗健康护士警察律农商营销售股份投融创技户网站页链载软硬序编辑版图片视频音"
    "乐影戏剧诗歌故章节段落标杂志纸闻消息录历史古近随轻松简单复困易容整齐准备顺失败努希忘忆念怀谢请帮助支鼓励批判"
    "讨议究析构逻推证假验列独依赖响效率速精深浅宽窄厚薄远左右底顶旁围绕穿越跨停留继续断触线背景环境宇宙星球亮阳雨"
    "雪风云雷雾冰河湖江洋岛岸港船飞旅游李箱台铁桥梁隧洞够低七八九六百千半双另仍曾刚未永久暂忽突渐慢终竟甚尤乎似差"
    "错误偏乱静默沉稳温暖冷热凉湿净脏旧坏优秀弱富穷忙闲累聊谈讲述描画唱跳踢拍摄拿抱举扔捡摸擦洗扫煮烧炒谓称叫转移"
    "换替减增除乘升降涨跌缺补充满装卸掉丢找寻搜索查检核审综适否尽虽若况须需敢肯愿怎某彼互享账密登退注册余仅招既属"
    "室征奇约团众存步势层兵习试族足照引素维官虑选群英苏刻考击具示供际采脑胜细紧源显派责微施青曲范局石功严按抓奋印"
    "刷修专普遍县镇省州级党委席令罪犯卫防守攻破毁灭"
)
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》「」『』【】—…·　〈〉～％－＋／＝＊＂")
_WIDE_SIGN = re.compile(r"[\uff10-\uff5a\u2010-\u2027\u2460-\u24ff\u3000-\u3017\u2190-\u21ff]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")


@dataclass(frozen=True, slots=True)
class Reading:
    """Bytes read as one charset: the mean score of what isn't ASCII, how many characters that is, how many distinct."""

    charset: str
    text: str
    mean: float
    weight: int
    distinct: int

    @property
    def name(self) -> str:
        return _NAMES.get(self.charset, self.charset)


def read_as(data: bytes, charset: str) -> Reading | None:
    """The strict reading, scored; None when the bytes are not valid in that charset."""
    try:
        return score(charset, data.decode(charset))
    except UnicodeError:
        return None


def score(charset: str, text: str) -> Reading:
    """The reading that this text is."""
    counts = {char: n for char, n in Counter(text).items() if not " " <= char <= "~" and char not in "\t\n\r"}
    weight = sum(counts.values())
    language = _LANGUAGES.get(charset, "zh")
    total = sum(_score(char, language) * n for char, n in counts.items())
    return Reading(charset, text, total / weight if weight else 2.0, weight, len(counts))


def known(name: str) -> str | None:
    """The charset that a page declares, as its superset; None for UTF-8, UTF-16 and what is no charset at all."""
    try:
        codec = _ALIASES.get(name.lower()) or codecs.lookup(name).name
        b"".decode(codec)
    except (LookupError, UnicodeError):
        return None
    return None if codec.startswith("utf") or codec in _NO_CHARSET else _SUPERSETS.get(codec, codec)


def readings(data: bytes) -> list[Reading]:
    """The readings of bytes that nothing is known of, best first."""
    found = (read_as(data, charset) for charset in (*CHINESE, *_OTHERS))
    return sorted((reading for reading in found if reading), key=lambda reading: -reading.mean)


def wide(data: bytes) -> Reading | None:
    """The reading as UTF-16 without a mark, when it is clear."""
    found = [reading for charset in CHINESE[2:] if (reading := read_as(data, charset)) and "\0" not in reading.text]
    found.sort(key=lambda reading: -reading.mean)
    ascii_only = bool(found) and not found[0].weight and len(found[0].text) > 1
    return found[0] if ascii_only or is_clear(found) else None


def is_clear(found: list[Reading]) -> bool:
    """Whether the best reading is of a language, and clearly more so than all others."""
    if not found or found[0].mean < GOOD or found[0].mean * found[0].weight < ENOUGH / 2:
        return False
    best, *others = found
    return all(
        best.mean - other.mean >= BETTER and (best.mean - other.mean) * best.weight >= ENOUGH
        for other in others
        if other.text != best.text
    )


def hidden(data: bytes, text: str) -> str | None:
    """What valid UTF-8 may be in truth: a 7-bit charset, or a few characters whose bytes are UTF-8 by accident."""
    if b"\x1b$" in data:
        return "ISO-2022"
    seven = [reading for charset in _SEVEN_BIT if data.isascii() and (reading := read_as(data, charset))]
    if found := next((r for r in seven if r.text != text and _is_hidden(r, 8, 0.0)), None):
        return found.name
    short = CHINESE if len(data) <= SHORT and max(text, default="") < "\u0800" else ()
    found = next((r for charset in short if (r := read_as(data, charset)) and _is_hidden(r, 1, 1.5)), None)
    return found.name if found else None


def _is_hidden(reading: Reading, distinct: int, mean: float) -> bool:
    return (reading.distinct > distinct and reading.mean >= mean) or (reading.distinct > 1 and reading.mean >= 1.5)


def is_latin(data: bytes) -> bool:
    """Whether bytes beyond ASCII stand alone or in pairs, as accented letters do."""
    return sum(map(len, _HIGH_RUN.findall(data))) <= 0.3 * len(_HIGH.findall(data))


@cache
def _common() -> frozenset[str]:
    return frozenset(map(fold, _COMMON))


@cache
def _level_one() -> frozenset[str]:
    """The 3,755 characters of GB 2312's first level, folded."""
    rows = (bytes((lead, trail)) for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF))
    return frozenset(fold(pair.decode("gb2312", "ignore")) for pair in rows)


@cache
def _score(char: str, language: str) -> float:
    code = ord(char)
    if char in _PUNCTUATION:
        return 1.0
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0x20000 <= code <= 0x3FFFF:
        return _han(char) if language != "ko" else -0.5
    if 0x3041 <= code <= 0x30FF:
        return 1.8 if language == "ja" else -1.0
    if 0xAC00 <= code <= 0xD7A3:
        return 1.5 if language == "ko" and _is_ks(char) else -1.0
    if 0x0370 <= code <= 0x04FF:
        return 0.6  # Greek and Cyrillic: perhaps another language in the same charset
    category = unicodedata.category(char)
    if category in ("Co", "Cn", "Cc", "Cs"):
        return -5.0
    if 0xFF61 <= code <= 0xFF9F or category == "Lm":
        return -1.5
    return 0.5 if _WIDE_SIGN.match(char) else -0.7


def _is_ks(char: str) -> bool:
    """Whether it is one of the 2,350 syllables that Korean is written with, not one of the other 8,822."""
    return len(char.encode("euc_kr", "ignore")) == 2


def _han(char: str) -> float:
    folded = fold(char)
    return 2.0 if folded in _common() else 0.5 if folded in _level_one() else -1.5
