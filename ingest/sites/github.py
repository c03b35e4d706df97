"""Markdown files at GitHub: a file is owner, repository and path, whatever the branch.

What is fetched is the raw file, which is Markdown and no page; a page that was saved in a browser is read from the
rendered file that it carries.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.model import Account, Address, Essay, State
from ingest.sites.layout import Form, Forms, Layout, Parts, Place, at, data, within, words

NAME = "github"
READER = "github/2"
HOSTS = frozenset({"github.com", "www.github.com", "m.github.com", "raw.githubusercontent.com"})

_REPOSITORY = r"/(?P<owner>[\w-]+)/(?P<repository>[\w.-]+)"
_FILE = r"(?:refs/(?:heads|tags)/)?(?P<branch>[^/]+)/(?P<path>.+\.(?i:md|markdown|mdown|mkd|mdx))"
_RAW = "https://raw.githubusercontent.com/{owner}/{repository}/{branch}/{path}"
_KEY = "{owner}/{repository}/{path}"
_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(rf"{_REPOSITORY}/{_FILE}", _KEY, _RAW, host=r"raw\.githubusercontent\.com", lower=("owner", "repository")),
        Form(
            rf"{_REPOSITORY}/(?:blob|raw|blame|edit)/{_FILE}",
            _KEY,
            _RAW,
            host=r"(?:www\.|m\.)?github\.com",
            lower=("owner", "repository"),
        ),
    ),
    glued=False,
)
LINK, address = _FORMS.link, _FORMS.address


def opened(found: Address) -> str | None:
    """The page that a person opens for a file whose raw form is fetched."""
    names = _FORMS.names(found.url or "")
    return "https://github.com/{owner}/{repository}/blob/{branch}/{path}".format(**names) if names else found.url


def text_file(essay: Essay, found: Address) -> Essay:
    """The essay of a raw file with what its address tells: identity, owner, and the page that a person opens."""
    names = _FORMS.names(found.url or "")
    account = Account(names["owner"], (names["owner"],)) if names else None
    return replace(essay, native_id=found.key.removeprefix(f"{NAME}:"), url=opened(found), account=account)


def _of_a_file(place: Place) -> Place:
    """A place that counts only on the page of a file: issues and profiles have the same containers."""
    return lambda parts: place(parts) if parts.names else None


def _title(parts: Parts) -> str | None:
    """The first heading, else the name of the file."""
    heading = words(at("article.markdown-body h1")(parts)) or words(within(_RICH, r"<h1[^>]*>(.*?)</h1>")(parts))
    return heading or parts.names.get("path", "").rpartition("/")[2] or None


def _owner(parts: Parts) -> str | None:
    return parts.names.get("owner")


_RICH = data("payload.blob.richText", "payload.codeViewBlobRoute.richText", "payload.codeViewBlobLayoutRoute.richText")
_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    scripts=('script[data-target="react-app.embeddedData"]',),
    body=(_of_a_file(_RICH), _of_a_file(at("article.markdown-body"))),
    title=(_title,),
    account=(_owner,),
    account_ids=(_owner,),
    chrome=(
        ("title", ".markdown-heading:first-child > h1, article > h1:first-child"),
        ("anchor", "a.anchor"),
        ("button", "clipboard-copy, .zeroclipboard-container"),
    ),
    landings=(("github.com/login", State.IDENTITY_CHECK),),
    phrases=(("this is not the web page you are looking for", State.NOT_FOUND),),
    open=opened,
)
owns, read = _LAYOUT.owns, _LAYOUT.read
