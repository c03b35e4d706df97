"""Every setting, once. Each is read from the environment with the prefix ``ESSAYS_`` (``ESSAYS_DATABASE_URL``)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.model import IngestError

MIB = 1024 * 1024


class Settings(BaseSettings):
    """Settings of one process."""

    model_config = SettingsConfigDict(env_prefix="ESSAYS_", env_ignore_empty=True, extra="ignore")

    database_url: SecretStr | None = Field(
        None, description="owner's URL of a given Postgres; without it an embedded one is started"
    )
    loader_url: SecretStr | None = Field(None, description="loader's URL; by default made from the owner's")
    analyst_url: SecretStr | None = Field(None, description="analyst's URL; by default made from the owner's")
    home: Path = Field(Path(".local"), description="folder for local state: ports, passwords, logs, data")
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


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises ``IngestError`` for a value that makes no sense."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"ESSAYS_{'_'.join(map(str, first['loc'])).upper()}"
        raise IngestError(f"{name} makes no sense: {first['msg']}.", "Correct it in the environment.") from None


def resource(name: str) -> Path:
    """The folder ``sql`` or ``dags``: inside the package in a wheel, beside it in a checkout."""
    packaged = Path(str(files("ingest"))) / name
    return packaged if packaged.is_dir() else packaged.parent.parent / name
