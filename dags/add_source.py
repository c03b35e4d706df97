"""Follow a source from now on: a feed, an album, a sitemap, a page of links, a folder, or a list of subscriptions.

What kind it is, the address says itself. `discover_links` checks it, as often as it publishes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from ingest.orchestration.tasks import RETRIES, RUN_LIMIT, final


@dag(
    schedule=None,
    catchup=False,
    default_args=RETRIES,
    dagrun_timeout=RUN_LIMIT,
    max_active_runs=4,
    tags=["essays"],
    doc_md=__doc__,
    params={
        "address": Param(
            "", type="string", minLength=1, title="Address or folder · 地址或文件夹",
            description="A feed, album, sitemap, blog, OPML list, or a folder on the machine that runs the tasks."
            " 订阅源、合集、网站地图、博客、OPML 清单,或任务所在机器上的文件夹。",
        ),
        "keep": Param(
            [], type="array", items={"type": "string"}, title="Keep words · 保留词",
            description="Only titles with one of these, one a line. 标题含其一才收,一行一个。",
        ),
        "drop": Param(
            [], type="array", items={"type": "string"}, title="Drop words · 排除词",
            description="No titles with one of these, one a line. 标题含其一即不收,一行一个。",
        ),
        "own_server": Param(
            None, type=["null", "string"], title="My own server · 自己的服务器",
            description="host:port of a bridge in the local network, such as 192.168.1.5:8001."
            " 内网桥接服务的主机和端口。",
        ),
        "every_hours": Param(
            None, type=["null", "number"], minimum=0.1, maximum=720, title="Every … hours · 间隔小时",
            description="By default as often as it publishes. 默认按来源自己的节奏。",
        ),
        "name": Param(
            None, type=["null", "string"], title="Name · 名称",
            description="Small letters, digits, dashes. 小写字母、数字、连字符。",
        ),
    },
)  # fmt: skip
def add_source() -> None:
    @task
    def add() -> list[str]:
        from ingest import pipeline, sources

        params: dict[str, Any] = get_current_context()["params"]
        hours = params["every_hours"]
        with final():
            added = sources.add_source(
                pipeline.connect(),
                params["address"],
                slug=params["name"] or None,
                keep=params["keep"],
                drop=params["drop"],
                own_server=params["own_server"] or None,
                every=timedelta(hours=hours) if hours else None,
            )
        for one in added:
            print(f"{one.slug}: {one.kind}, {'new' if one.is_new else 'followed before'}")
        return [one.slug for one in added]

    add()


add_source()
