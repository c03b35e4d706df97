"""The values that flow through the pipeline, the states of a look, and the error tree.

Errors:

    IngestError               anything this program says about a run, with reason and remedy
    ├── Refused               this input can't be processed; trying again changes nothing
    │   ├── NotAText          the bytes are neither text nor a page that a reader knows
    │   ├── NotAFile          a path is no regular file, or can't be read
    │   ├── TooCostly         processing the input would take longer than it may
    │   └── TooLarge          the input exceeds a limit
    ├── BadValue              the database can't take a value
    └── Unavailable           a part that the run needs is not there now; trying again may help
        ├── DatabaseDown      Postgres doesn't answer, or not as this role
        ├── DatabaseMismatch  the database's schema is older or newer than this program
        └── StartFailed       a local service didn't start
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class IngestError(Exception):
    """Something went wrong; ``remedy`` says what a person can do about it."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason, remedy)
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}".strip()


class Refused(IngestError):
    """This input can't be processed; trying again changes nothing."""

    state: ClassVar[State]


class Unavailable(IngestError):
    """A part that the run needs is not there now."""


class DatabaseDown(Unavailable):
    """Postgres doesn't answer, or not as this role."""


class BadValue(IngestError):
    """The database can't take a value, however often it is offered."""


class DatabaseMismatch(Unavailable):
    """The database's schema is older or newer than this program."""


class StartFailed(Unavailable):
    """A local service didn't start."""


class About(StrEnum):
    """Whom or what a state speaks of."""

    CONTENT = "content"
    ESSAY = "essay"
    ADDRESS = "address"
    US = "us"
    PERSON = "person"


class State(StrEnum):
    """What one look at an address, or at a file handed in, turned out to be."""

    about: About

    def __new__(cls, value: str, about: About = About.CONTENT) -> State:
        member = str.__new__(cls, value)
        member._value_ = value
        member.about = about
        return member

    ARTICLE = "article", About.CONTENT
    IMAGE_POST = "image_post", About.CONTENT
    TEXT_POST = "text_post", About.CONTENT
    VIDEO_SHARE = "video_share", About.CONTENT
    AUDIO_SHARE = "audio_share", About.CONTENT
    PREVIEW_ONLY = "preview_only", About.CONTENT
    NOT_MODIFIED = "not_modified", About.CONTENT

    DELETED_BY_AUTHOR = "deleted_by_author", About.ESSAY
    VIOLATION = "violation", About.ESSAY
    ACCOUNT_GONE = "account_gone", About.ESSAY

    LINK_EXPIRED = "link_expired", About.ADDRESS
    PARAM_ERROR = "param_error", About.ADDRESS
    NOT_FOUND = "not_found", About.ADDRESS
    GONE = "gone", About.ADDRESS
    MOVED = "moved", About.ADDRESS
    NEEDS_SHORT_LINK = "needs_short_link", About.ADDRESS
    NOT_A_PAGE = "not_a_page", About.ADDRESS
    TOO_LARGE = "too_large", About.ADDRESS
    TOO_COSTLY = "too_costly", About.ADDRESS
    UNSUPPORTED = "unsupported", About.ADDRESS
    REFUSED = "refused", About.ADDRESS

    VERIFY_PAGE = "verify_page", About.US
    IDENTITY_CHECK = "identity_check", About.US
    RATE_LIMITED = "rate_limited", About.US
    UNAVAILABLE = "unavailable", About.US
    TOO_SLOW = "too_slow", About.US
    NETWORK_ERROR = "network_error", About.US
    SERVER_ERROR = "server_error", About.US

    UNKNOWN_NOTICE = "unknown_notice", About.PERSON
    UNREADABLE = "unreadable", About.PERSON


# WeChat's item_show_type, in pages and in lists: reprints report 0 on their page and 11 only in lists.
WECHAT_TYPES = {
    "0": State.ARTICLE,
    "5": State.VIDEO_SHARE,
    "6": State.AUDIO_SHARE,
    "7": State.AUDIO_SHARE,
    "8": State.IMAGE_POST,
    "10": State.TEXT_POST,
    "11": State.ARTICLE,
    "17": State.TEXT_POST,  # a short text
}


class NotAText(Refused):
    """The bytes are neither text nor a page that a reader knows."""

    state = State.UNREADABLE


class NotAFile(Refused):
    """A path is no regular file, or can't be read."""

    state = State.REFUSED


class TooCostly(Refused):
    """Processing the input would take longer than it may."""

    state = State.TOO_COSTLY


class TooLarge(Refused):
    """The input exceeds a limit."""

    state = State.TOO_LARGE


class Role(StrEnum):
    """What a copy is among the copies of its work."""

    ORIGINAL = "original"
    REPRINT = "reprint"
    REPOST = "repost"
    UNKNOWN = "unknown"


class Completeness(StrEnum):
    """How much of the essay a document holds."""

    FULL = "full"
    PREVIEW = "preview"
    EXCERPT = "excerpt"


class Obtained(StrEnum):
    """How the text came here."""

    FETCHED = "fetched"
    HANDED_IN = "handed_in"
    FEED = "feed"
    SEED = "seed"


class Precision(StrEnum):
    """How exactly a publication time is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Evidence(StrEnum):
    """How good the bytes behind a reading are, worst first."""

    LISTED = "listed"
    REDUCED = "reduced"
    WHOLE = "whole"

    @property
    def rank(self) -> int:
        return list(Evidence).index(self)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an essay is or was.

    ``key`` is unique and never holds a session secret (``wechat:s/<token>``, ``wechat:<biz>/<mid>/<idx>``,
    ``seed:<corpus>/<path>``, ``file:<sha256>``); ``url`` is what a person opens, None for files. ``spellings`` are the
    URLs by which it was met, as they stood there; they make no difference to what it is.
    """

    key: str
    url: str | None = None
    site: str | None = None
    spellings: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Link:
    """An address found in a text, with the 0-based, half-open range of the characters that spell it."""

    address: Address
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Published:
    """When an essay was published: an aware time, how exact it is, and the zone whose calendar it was published in."""

    at: datetime
    precision: Precision = Precision.SECOND
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Account:
    """Who publishes: the name at that time, and the site's identifiers for it, strongest first."""

    name: str | None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in reading order; ``position`` is the character of the clean text that it stands before, if known."""

    url: str
    alt: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a transcript.

    ``start`` and ``end`` are the 0-based, half-open range in the clean text, label included; ``said_from`` is where the
    words begin after the label. ``speaker`` None is what stands before the first speaker.
    """

    start: int
    end: int
    said_from: int
    speaker: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Chrome:
    """Text that belongs to the page and not to the essay: ``kind`` says what (``breadcrumb``, ``disclaimer``, …)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A relation that the document itself declares (``excerpt_of``, ``reprint_of``, ``links_to``)."""

    kind: str
    target: Address
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Essay:
    """What a reader makes of a text or page. ``text`` is clean (``text.clean``); unknown is None, never a guess."""

    text: str
    markdown: str
    display_title: str
    title: str | None = None
    native_id: str | None = None
    url: str | None = None
    account: Account | None = None
    author: str | None = None
    published: Published | None = None
    language: str | None = None
    completeness: Completeness = Completeness.FULL
    role: Role = Role.UNKNOWN
    images: tuple[Image, ...] = ()
    turns: tuple[Turn, ...] = ()
    chrome: tuple[Chrome, ...] = ()
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look was: its state, and the essay when there is one.

    ``reader`` names reader and version (``wechat/1``); ``addresses`` are all addresses that the bytes prove to be
    of this essay, the one to open first; ``seen_at`` is when the server made the page, if the page says so; ``host`` is
    whose recurring lines are chrome of the essay, None where the reader knows its site.
    """

    state: State
    reader: str
    site: str | None = None
    essay: Essay | None = None
    reason: str | None = None
    addresses: tuple[Address, ...] = ()
    evidence: Evidence = Evidence.WHOLE
    seen_at: datetime | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Bytes as they are kept (secrets already taken out), and where they came from."""

    data: bytes
    origin: str | None = None
    sha256: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.data).digest())


@dataclass(frozen=True, slots=True)
class SeedFile:
    """The place of a file in a seed corpus, and the addresses that it declares to be its document's."""

    corpus: str
    path: str
    sha256: bytes
    declared: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an address, ready to be stored.

    ``origin`` names the file within its run; ``document_key`` is the key of the document that the essay belongs to when
    its site gives no identity; ``accepted`` are addresses that the operator handed in with it, to be fetched
    later; ``settled`` says that the same reader has read the same bytes before, so that nothing has to be read again;
    ``otherwise`` is the address of a file that declares another one, should that turn out to be another essay's;
    ``robots`` is what the host's robots.txt says of the address (``allowed``, ``disallowed``, ``unknown``);
    ``fence`` is that of the lease.
    """

    address: Address
    snapshot: Snapshot | None
    reading: Reading
    how: str
    obtained: Obtained
    corpus: str
    found_by: str
    origin: str
    document_key: str
    seed: SeedFile | None = None
    accepted: tuple[Address, ...] = ()
    settled: bool = False
    otherwise: Address | None = None
    http_status: int | None = None
    final_url: str | None = None
    robots: str | None = None
    fence: int = 0
