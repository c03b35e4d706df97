"""Whether a page without its last tags was cut off.

HTML lets the tags ``</body>`` and ``</html>`` be left out, so that they are missing proves nothing. A page that was cut
off ends inside a tag, a script, a sentence, or an element that must be closed.
"""

from __future__ import annotations

import re

_MAY_STAY_OPEN = frozenset(
    {"html", "head", "body", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "caption", "colgroup"}
    | {"option", "optgroup", "rp", "rt"}
    | {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
_RAW = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "iframe", "noembed", "xmp")
}
_PART = re.compile(r"<!--|<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_ENDED = re.compile(r"[。！？!?.…：:；;”’\"'）)」』】》\]>~～\d]\s*$")


def cut_off(html: str) -> str | None:
    """Where a page breaks off, in words; None when it has nothing open that must be closed."""
    open_: list[str] = []
    count: dict[str, int] = {}
    at = end = 0
    while found := _PART.search(html, at):
        name = (found[2] or "").lower()
        close = html.find("-->", found.end()) if not name else html.find(">", found.end())
        if close < 0:
            return "a comment" if not name else "a tag"
        at = end = close + 1
        if found[1]:
            if count.get(name):
                while (last := open_.pop()) != name:
                    count[last] -= 1
                count[name] -= 1
        elif name in _RAW:
            closing = _RAW[name].search(html, at)
            if closing is None:
                return f"a <{name}>"
            at = closing.start()
        elif name and name not in _MAY_STAY_OPEN and html[close - 1] != "/":
            open_.append(name)
            count[name] = count.get(name, 0) + 1
    if open_:
        return f"a <{open_[-1]}>"
    words = html[end:].strip()
    return "a sentence" if words and not _ENDED.search(words) else None
