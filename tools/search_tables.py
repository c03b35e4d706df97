"""The tables of the analysts' search, as the SQL of their functions: how characters fold, which grams are common.

    python -m tools.search_tables characters > sql/migrations/0500_search_characters.sql
    python -m tools.search_tables grams FILE.jsonl… > sql/migrations/0510_search_grams.sql

Characters come from ``ingest.text.fold``, so that search and comparison have the same classes. Grams are mined from
texts (JSON lines with ``text``). Once applied, neither file changes: other tables are other functions and an index of
their own, in a new migration.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from textwrap import wrap

from ingest.text import fold

UNICODE = "14.0.0"
"""The version whose characters the table was made of; later ones have more."""
CHUNK = 2000
COMMON = 0.04
LONGEST = 8
MODULUS = (1 << 40) - 87
"""The largest prime below 2**40: the codes of all common grams of three and more characters differ modulo it."""

MARKUP = re.compile(r"\]\([^)]*\)|https?://[!-~]+|<[^>]{1,200}>")
_WORD = re.compile(r"[^\W_]+")


@cache
def characters() -> dict[str, str]:
    """Character → what it is searched as, one for one, for all characters that change.

    The same classes as ``fold``. A class of Simplified and Traditional forms is represented by a Simplified one, so
    that most texts need no exchange of Han characters at all. What has no equal of one character stays.
    """
    simplified = {
        target
        for line in (files("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8").splitlines()
        for target in line.partition("\t")[2].split()
    }
    everything = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000]
    members: dict[str, list[str]] = {}
    for char in everything:
        if len(folded := fold(char)) == 1:
            members.setdefault(folded, []).append(char)
    chosen = {folded: folded for folded in members}
    for folded, chars in members.items():
        if folded >= "\u3400" and (plain := sorted(simplified.intersection(chars))):
            chosen[folded] = plain[0]
    table = {}
    for char in everything:
        folded = fold(char)
        compatible = unicodedata.normalize("NFKC", char)
        if len(folded) == 1:
            to = chosen[folded]
        elif char.isspace():
            to = " "
        else:
            to = compatible if not folded and len(compatible) == 1 else char
        if to != char:
            table[char] = to
    return table


@cache
def _translation() -> dict[int, str]:
    return {ord(old): new for old, new in characters().items()}


def searched(text: str) -> str:
    """The text as it is searched: as long as it was."""
    return text.translate(_translation())


def code(gram: str) -> int:
    """The number of a gram among the keys of the index; ``ingest.search_keys`` computes the same."""
    number = 0
    for length, char in enumerate(gram, 1):
        number = (number << 21) + ord(char) if length <= 3 else -(((abs(number) % MODULUS) << 21) + ord(char))
    return number


def mine(texts: Iterable[str]) -> list[str]:
    """Runs of 2 to ``LONGEST`` letters that ``COMMON`` of all pieces of ``CHUNK`` characters have.

    Paragraphs that several texts share are a site's furniture, and don't count.
    """
    kept = [MARKUP.sub("]", text) for text in texts]
    furniture = Counter(part for text in kept for part in {line.strip() for line in text.split("\n")})
    pieces = []
    for text in kept:
        own = searched("\n".join(line for line in text.split("\n") if furniture[line.strip()] < 3))
        starts = [at for at in range(0, len(own), CHUNK) if len(own) - at >= CHUNK * 0.4]
        pieces += [_WORD.findall(own[at : at + CHUNK]) for at in starts]
    common: list[str] = []
    shorter: set[str] | None = None
    for length in range(2, LONGEST + 1):
        having = Counter(
            gram
            for words in pieces
            for gram in {
                word[at : at + length]
                for word in words
                for at in range(len(word) - length + 1)
                if shorter is None or (word[at : at + length - 1] in shorter and word[at + 1 : at + length] in shorter)
            }
        )
        shorter = {gram for gram, count in having.items() if count >= COMMON * len(pieces)}
        common += sorted(shorter)
    return common


def _texts(names: list[str]) -> Iterator[str]:
    for name in names:
        with gzip.open(name, "rt", encoding="utf-8") if name.endswith(".gz") else open(name, encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in lines)


def _class(chars: Iterable[str]) -> str:
    """A regular expression's class of these characters."""
    codes = sorted(map(ord, chars))
    spans: list[list[int]] = []
    for number in codes:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return "".join(_escape(a) + (f"-{_escape(b)}" if b > a else "") for a, b in spans)


def _escape(number: int) -> str:
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}" if number < 0xA0 else chr(number)


def characters_sql() -> str:
    # lower() of the "C" locale does A to Z faster, everywhere alike.
    pairs = {old: new for old, new in characters().items() if not "A" <= old <= "Z"}
    return _filled(
        "search_characters.sql", CLASS=_class(pairs), PAIRS=json.dumps(pairs, ensure_ascii=False).replace("'", "''")
    )


def grams_sql(common: list[str]) -> str:
    return _filled(
        "search_grams.sql",
        MODULUS=str(MODULUS),
        PAIRS=_listed(gram for gram in common if len(gram) == 2),
        LONGER=_listed(gram for gram in common if len(gram) > 2),
    )


def _filled(name: str, **values: str) -> str:
    """The SQL beside this file with its ``@NAMES@`` replaced."""
    sql = Path(__file__).with_name(name).read_text("utf-8")
    return re.sub("@([A-Z]+)@", lambda match: values[match[1]], sql)


def _listed(grams: Iterable[str]) -> str:
    return "\n".join(wrap(", ".join(str(code(gram)) for gram in grams), 118))


def main() -> None:
    what, *names = sys.argv[1:] or [""]
    if what == "characters":
        sys.stdout.write(characters_sql())
    elif what == "grams" and names:
        sys.stdout.write(grams_sql(mine(_texts(names))))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
