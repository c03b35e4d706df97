"""Every setting, once: from the environment with the prefix ``ESSAYS_``, else from ``settings.env`` in the home."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Literal, NamedTuple

from dotenv.parser import Binding, parse_stream
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from ingest.model import IngestError

MIB = 1024 * 1024
PREFIX = "ESSAYS_"
MARK = "ESSAYS_AIRFLOW"
"""Every process of our Airflow has it in its environment, with Airflow's folder as value."""
NO_SETTINGS = {MARK, "ESSAYS_TRACEBACK", "ESSAYS_OWNER_PASSWORD", "ESSAYS_LOADER_PASSWORD", "ESSAYS_ANALYST_PASSWORD",
               "ESSAYS_POSTGRES_PORT"}  # fmt: skip
"""Variables with the prefix that mean something elsewhere: to the command line, and in docker-compose.yml."""


def package() -> Path:
    """The folder of this package."""
    return Path(str(files("ingest")))


def checkout() -> Path | None:
    """The checkout that this package belongs to; None for an installed wheel."""
    root = package().parent
    return root if (root / "dags").is_dir() and (root / "sql").is_dir() else None


def home_folder() -> Path:
    """The folder for local state: of the checkout, wherever one stands; without one in the user's own data."""
    if given := os.environ.get("ESSAYS_HOME"):
        return Path(os.path.abspath(Path(given).expanduser()))
    root = checkout()
    return root / ".local" if root else Path.home() / ".local/share/essay-ingest"


class _File(EnvSettingsSource):
    """``settings.env``, read as the environment is."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in saved().items()}


class Settings(BaseSettings):
    """Settings of one process."""

    model_config = SettingsConfigDict(env_prefix="ESSAYS_", env_ignore_empty=True, extra="ignore")

    database_url: SecretStr | None = Field(
        None, description="owner's URL of a given Postgres; without it an embedded one is started"
    )
    loader_url: SecretStr | None = Field(None, description="loader's URL; by default made from the owner's")
    analyst_url: SecretStr | None = Field(None, description="analyst's URL; by default made from the owner's")
    home: Path = Field(default_factory=home_folder, description="folder for local state: ports, passwords, logs, data")
    airflow_port: int = Field(8080, ge=1, le=65535, description="port for the Airflow UI; the next free one if taken")
    airflow_url: str | None = Field(None, pattern=r"^https?://", description="Airflow's API, for notes on runs")
    airflow_user: str = Field("pipeline", description="user of Airflow's API")
    airflow_password: SecretStr | None = Field(None, description="password of that user")
    max_file_bytes: int = Field(32 * MIB, gt=0, description="largest file or page, unpacked")
    batch_files: int = Field(50, gt=0, description="files in one batch, one mapped task in Airflow")
    host_spacing: float = Field(6, ge=0, description="least seconds between two requests to a host, of all workers")
    backups: int = Field(7, ge=0, description="daily backups of the embedded database that are kept; 0: none are made")
    backup_folder: Path | None = Field(None, description="folder for backups, best on another disk; by default in home")
    pack_fingerprints: bool = Field(
        False, description="pack fingerprints of texts to an eighth of their size; for 50,000 essays and more"
    )
    fetch_seconds: float = Field(30, gt=0, le=600, description="wall clock for one fetch with all its redirects")
    max_wire_bytes: int = Field(8 * MIB, gt=0, description="largest page on the wire, as it came")
    max_nesting: int = Field(10_000, gt=0, description="elements of a page within one another; deeper is too costly")
    max_items: int = Field(1000, gt=0, description="items of one feed, album or page of links that are read")
    max_sitemap_urls: int = Field(50_000, gt=0, description="addresses of one sitemap that are read")
    max_places: int = Field(5000, gt=0, description="sitemaps of an index, or feeds of a list of subscriptions")
    max_check_pages: int = Field(10, gt=0, description="further pages, or sitemaps of an index, that a check asks for")
    max_check_new: int = Field(1000, gt=0, description="new addresses that a check hands in; the next one has the rest")
    max_folder_files: int = Field(100_000, gt=0, description="files of a watched folder; a fuller one is refused")
    max_warc_records: int = Field(100_000, gt=0, description="records of a web archive that are looked at")
    max_warc_bytes: int = Field(4096 * MIB, gt=0, description="bytes of a web archive, unpacked")
    keep_images: bool = Field(False, description="fetch and keep the bytes of documents' pictures")
    robots: Literal["requested", "strict"] = Field(
        "requested", description="requested: note what robots.txt says of pages that a person wants; strict: obey it"
    )
    user_agents: dict[str, str] = Field(
        {}, description='user agents of single hosts, as JSON: {"mp.weixin.qq.com": "Mozilla/5.0 …"}'
    )
    contact: str | None = Field(
        None, pattern=r"^[\x21-\x7e]{3,200}$", description="e-mail or address of the operator, shown to servers"
    )
    resolve: str = Field("", description="host:port=ip:port,… as curl's --resolve; exempt from the rule of addresses")
    ca_bundle: Path | None = Field(None, description="certificates to trust instead of the built-in ones")
    proxy: str | None = Field(
        None, pattern=r"^https?://", description="proxy for fetches; checks no DNS answers itself"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  reads unknown names and broken lines as nothing
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  not used here
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code, the environment, the file: the first that has a setting has it."""
        return init_settings, env_settings, _File(settings_cls)


class Shown(NamedTuple):
    """A setting as people see it; ``source`` is ``default``, ``file`` or ``environment``."""

    name: str
    value: str | None
    source: str


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises ``IngestError`` for what makes no sense."""
    try:
        return Settings()
    except (ValidationError, SettingsError) as error:
        name, why = _wrong(error)
        raise IngestError(
            f"{name} makes no sense: {why}.",
            "Correct it in the environment."
            if os.environ.get(name)
            else f"`ingest set {name} VALUE` corrects it, `ingest set {name} --unset` removes it.",
        ) from None


def spelled(name: str) -> str:
    """The variable that is meant by a name, in any case, with or without the prefix; there may be no such setting."""
    wanted = name.strip().upper().replace("-", "_")
    return wanted if wanted.startswith(PREFIX) else PREFIX + wanted


def variable(name: str) -> str:
    """A setting's variable by its name. Raises ``IngestError`` with the nearest name when there is no such setting."""
    wanted = spelled(name)
    if wanted == "ESSAYS_HOME":
        raise IngestError("ESSAYS_HOME says where the file of settings is.", "Set it in the environment.")
    if wanted not in _variables():
        raise IngestError(f"There is no setting {wanted}.", _nearest(wanted))
    return wanted


def check(name: str, value: str) -> object:
    """The value that the setting of that variable would have. Raises ``IngestError`` when it can't have that one."""
    if not value:
        raise IngestError(f"{name} is given no value.", f"`ingest set {name} --unset` removes it.")
    if not value.isprintable():
        raise IngestError(f"{name} makes no sense: it is more than one line.", "Nothing was changed.")

    class Alone(EnvSettingsSource):
        def _load_env_vars(self) -> Mapping[str, str | None]:
            return {name.lower(): value}

    class Only(Settings):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: PydanticBaseSettingsSource, **__: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (Alone(settings_cls),)

    try:
        return getattr(Only(), _variables()[name])
    except (ValidationError, SettingsError) as error:
        raise IngestError(f"{name} makes no sense: {_wrong(error)[1]}.", "Nothing was changed.") from None


def settings_file() -> Path:
    """The file that ``ingest set`` writes."""
    return home_folder() / "settings.env"


def lines(file: Path) -> list[Binding]:
    """What stands in the file, comments and empty lines included.

    Raises ``IngestError`` when it can't be read or a line is no ``NAME=value``.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):  # a home that is none is said by whoever needs one
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise IngestError(f"{file} can't be read: {error}.", "Make it a readable text, or remove it.") from error
    found = list(parse_stream(StringIO(text)))
    for line in found:
        if line.error or (line.key is not None and line.value is None):
            raise IngestError(f"{file}, line {line.original.line}, is no NAME=value.", "Correct or remove that line.")
    return found


def saved() -> dict[str, str]:
    """The file's settings by variable. A process of Airflow has what it was started with, and none of the file.

    Raises ``IngestError`` for a line that is no setting.
    """
    if MARK in os.environ:
        return {}
    file, found = settings_file(), {}
    for line in lines(file):
        if line.key is None:
            continue
        try:
            name = variable(line.key)
        except IngestError as error:
            where = f"{file}, line {line.original.line}: {error.reason}"
            raise IngestError(where, f"{error.remedy} Or remove it: `ingest set {line.key} --unset`.") from None
        if line.value:
            found[name] = line.value
    return found


def given() -> dict[str, str]:
    """Every setting that was made, by variable, as it was written. Raises ``IngestError`` as ``saved`` does."""
    return saved() | {name: value for name in _variables() if (value := os.environ.get(name))}


def unknown() -> dict[str, str]:
    """Variables of the environment that look like settings and are none, each with the nearest."""
    known = {*_variables(), *NO_SETTINGS}
    return {name: _nearest(name) for name in sorted(os.environ) if name.startswith(PREFIX) and name not in known}


def shown() -> list[Shown]:
    """Each setting with its value and where that is from; secrets are hidden."""
    values, file = settings(), saved()
    return [
        Shown(
            name, _visible(getattr(values, field)),
            "environment" if os.environ.get(name) else "file" if name in file else "default",
        )
        for name, field in _variables().items()
    ]  # fmt: skip


def without_password(url: str) -> str:
    """A URL without its password, for eyes and logs."""
    scheme, slashes, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    return scheme + slashes + login.partition(":")[0] + at + re.sub(r"(?<=[?&])(ssl)?password=[^&]*&?", "", place)


def _visible(value: object) -> str | None:
    if isinstance(value, SecretStr):
        return "…"
    shown = None if value is None else str(value)
    return without_password(shown) if shown and "://" in shown else shown


def _variables() -> dict[str, str]:
    """The fields by variable."""
    return {f"{PREFIX}{field.upper()}": field for field in Settings.model_fields}


def _nearest(name: str) -> str:
    near = get_close_matches(name, _variables(), n=1)
    return f"Did you mean {near[0]}?" if near else "`ingest settings` lists them all."


def _wrong(error: ValidationError | SettingsError) -> tuple[str, str]:
    """The variable that has a wrong value, and what is wrong with it; never the value, which may be secret."""
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False)[0]
        return f"{PREFIX}{first['loc'][0]}".upper(), first["msg"]
    field = next(each for each in Settings.model_fields if f'"{each}"' in str(error))
    return f"{PREFIX}{field}".upper(), "it is no JSON"


def resource(name: str) -> Path:
    """The folder ``sql`` or ``dags``: inside the package in a wheel, beside it in a checkout."""
    packaged = package() / name
    return packaged if packaged.is_dir() else packaged.parent.parent / name
