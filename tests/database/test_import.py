"""Pages that are handed in: right documents, right states, and nothing doubled."""

import gzip
import json
import re
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.intake import imports, seeds
from ingest.model import IngestError
from ingest.store import Store

from ..conftest import ROOT, rows, shared

EXAMPLES = ROOT / "examples" / "pages"
ARTICLE = EXAMPLES / "article-scaling.html"
SHORT = "https://mp.weixin.qq.com/s/ExampleArticle-On-Scal"


def hand_in(store: Store, *paths: Path) -> pipeline.Account:
    plan = imports.plan([str(path) for path in paths])
    run_id = pipeline.open_run(store, "import")
    imports.load(store, run_id, plan)
    imports.load_lists(store, run_id, plan.lists)
    pipeline.relate(store)
    account = pipeline.close_run(store, run_id)
    assert account.origins == plan.total
    return account


def test_the_example_pages_are_five_documents_and_one_notice(store: Store) -> None:
    assert hand_in(store, EXAMPLES).looks == {
        "fetched (article)": 3, "fetched (deleted_by_author)": 1, "fetched (image_post)": 1, "fetched (text_post)": 1,
    }  # fmt: skip
    assert rows(store, "SELECT count(*) FROM essays.document WHERE corpus = 'ingested' AND obtained = 'handed_in'") == [
        (5,)
    ]


def test_importing_again_adds_only_runs_and_fetches(store: Store) -> None:
    hand_in(store, EXAMPLES)
    before = rows(store, "SELECT * FROM essays.document ORDER BY document_id")
    looks = hand_in(store, EXAMPLES).looks
    assert set(looks) == {f"already_settled ({s})" for s in ("article", "deleted_by_author", "image_post", "text_post")}
    assert rows(store, "SELECT * FROM essays.document ORDER BY document_id") == before
    assert rows(store, "SELECT count(*) FROM essays.revision") == [(5,)]


def test_the_same_article_saved_twice_is_one_document_with_two_looks(store: Store, tmp_path: Path) -> None:
    page = ARTICLE.read_text("utf-8")
    (tmp_path / "one.html").write_text(page, "utf-8")
    (tmp_path / "two.html").write_text(page.replace("<body", "<!-- another nonce --><body"), "utf-8")
    account = hand_in(store, tmp_path)
    assert account.documents == 1
    assert account.origins == 2
    assert rows(store, "SELECT count(*), max(revision_number) FROM essays.revision") == [(1, 1)]


def test_an_edited_article_is_a_new_revision_and_an_older_save_is_not(store: Store, tmp_path: Path) -> None:
    page = ARTICLE.read_text("utf-8")
    title = rows_title(page)
    made = re.search(r'svr_time = "(\d+)"', page)
    assert made
    newer = page.replace(made[1], str(int(made[1]) + 86400))
    (tmp_path / "new.html").write_text(newer.replace(title, title + "(修订)"), "utf-8")
    hand_in(store, ARTICLE)
    hand_in(store, tmp_path / "new.html")
    (tmp_path / "old.html").write_text(page.replace("<body", "<!-- saved earlier --><body"), "utf-8")
    hand_in(store, tmp_path / "old.html")
    assert rows(store, "SELECT revision_number, cause FROM essays.revision ORDER BY 1") == [
        (1, "first"), (2, "publisher_edit")]  # fmt: skip
    assert rows(store, "SELECT title FROM essays.document") == [(title + "(修订)",)]


def rows_title(page: str) -> str:
    found = re.search(r'property="og:title" content="([^"]+)"', page)
    assert found
    return found[1]


def test_a_page_cut_in_half_never_replaces_a_whole_one(store: Store, tmp_path: Path) -> None:
    page = ARTICLE.read_text("utf-8")
    hand_in(store, ARTICLE)
    before = rows(store, "SELECT * FROM essays.document")
    (tmp_path / "half.html").write_text(page[: len(page) // 2], "utf-8")
    assert any("unreadable" in outcome for outcome in hand_in(store, tmp_path).looks)
    assert rows(store, "SELECT * FROM essays.document") == before


def test_a_page_whose_text_shrank_waits_for_a_person(store: Store, tmp_path: Path) -> None:
    page = ARTICLE.read_text("utf-8")
    paragraphs = re.findall(r"<p\b.*?</p>", page, re.DOTALL)
    for paragraph in paragraphs[2:]:
        page = page.replace(paragraph, "")
    (tmp_path / "thin.html").write_text(page, "utf-8")
    hand_in(store, ARTICLE)
    before = rows(store, "SELECT * FROM essays.document")
    hand_in(store, tmp_path)
    assert rows(store, "SELECT * FROM essays.document") == before
    ((state, reason),) = rows(store, "SELECT state, reason FROM essays.fetch_log WHERE file LIKE '%%thin.html'")
    assert state == "unreadable"
    assert "shrank" in str(reason)


def test_an_excerpt_resolves_by_itself_when_its_article_is_there(store: Store) -> None:
    name, paths = seeds.plan(store, str(ROOT / "examples" / "corpus"), "examples")
    seeds.load(store, pipeline.open_run(store, "seed"), str(ROOT / "examples" / "corpus"), name, paths)
    pipeline.relate(store)
    excerpt = (
        "FROM essays.relation JOIN essays.document USING (document_id) WHERE kind = 'excerpt_of' AND basis = 'declared'"
    )
    assert rows(store, f"SELECT other_document_id {excerpt}") == [(None,)]
    assert rows(store, "SELECT count(*) FROM essays.essay WHERE completeness = 'excerpt'") == [(1,)]
    hand_in(store, ARTICLE)
    (article,) = rows(store, "SELECT document_id FROM essays.document WHERE corpus = 'ingested'")
    assert rows(store, f"SELECT other_document_id {excerpt}") == [article]
    assert rows(store, f"SELECT other_document_id {excerpt.replace('declared', 'measured')}") == [article]
    assert rows(store, "SELECT count(*) FROM essays.essay WHERE completeness = 'excerpt'") == [(0,)]
    assert rows(store, "SELECT count(*) FROM essays.document WHERE completeness = 'excerpt'") == [(1,)]


@pytest.mark.parametrize("seed_first", [True, False])
def test_a_file_that_is_also_a_seed_is_a_second_copy_whichever_comes_first(
    store: Store, tmp_path: Path, seed_first: bool
) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.txt").write_text("同一份文件,既是种子,也被人交上来一次,应当算两份。\n", "utf-8")

    def seed() -> None:
        name, paths = seeds.plan(store, str(tmp_path / "c"))
        seeds.load(store, pipeline.open_run(store, "seed"), str(tmp_path / "c"), name, paths)

    steps = [seed, lambda: hand_in(store, tmp_path / "c" / "a.txt")]
    for step in steps if seed_first else reversed(steps):
        step()
    pipeline.relate(store)
    assert rows(store, "SELECT corpus, count(*) FROM essays.document GROUP BY 1 ORDER BY 1") == [
        ("ingested", 1),
        ("seed", 1),
    ]
    assert rows(store, "SELECT copy_count FROM essays.essay") == [(2,)]


def test_what_was_kept_can_be_read_again_byte_for_byte(store: Store) -> None:
    import zstandard

    hand_in(store, ARTICLE)
    ((packed, size),) = rows(store, "SELECT bytes, size FROM ingest.snapshot")
    assert zstandard.decompress(bytes(packed)) == ARTICLE.read_bytes()
    assert size == ARTICLE.stat().st_size


def test_session_keys_reach_no_table(store: Store, tmp_path: Path) -> None:
    secrets = {
        "pass_ticket": "canaryTicket123",
        "uin": "Y2FuYXJ5dWlu",
        "key": "c0ffee" * 12,
        "appmsg_token": "canary_tok~1",
    }
    query = "&amp;".join(f"{name}={value}" for name, value in secrets.items())
    script = "".join(f'var {name} = "{value}";' for name, value in secrets.items())
    page = ARTICLE.read_text("utf-8")
    page = page.replace("<body", f"<script>{script}</script><body", 1)
    page = page.replace(
        "</body>", f'<a href="https://mp.weixin.qq.com/s?__biz=Mz&amp;{query}#wechat_redirect">x</a></body>'
    )
    (tmp_path / "p.html").write_text(page, "utf-8")
    hand_in(store, tmp_path)
    import zstandard

    ((packed,),) = rows(store, "SELECT bytes FROM ingest.snapshot")
    kept = zstandard.decompress(bytes(packed)).decode()
    tables = rows(store, "SELECT r::text FROM ingest.revision r") + rows(store, "SELECT a::text FROM ingest.address a")
    for value in secrets.values():
        assert value not in kept
        assert not any(value in str(row[0]) for row in tables)


@pytest.mark.parametrize(
    ("name", "data", "state"),
    [
        ("unknown.html", b"<html><body><p>another site</p></body></html>", "unreadable"),
        ("bomb.html.gz", gzip.compress(b"0" * 40_000_000, mtime=0), "too_large"),
        ("large.txt", b"x" * (33 * 1024 * 1024), "too_large"),
        ("empty.html", b"", "unreadable"),
        ("binary.html", bytes(range(256)) * 64, "unreadable"),
    ],
)
def test_a_bad_file_gets_a_typed_state_and_the_rest_goes_on(
    store: Store, tmp_path: Path, name: str, data: bytes, state: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.html").write_bytes(ARTICLE.read_bytes())
    account = hand_in(store, tmp_path)
    assert account.documents == 1
    ((got, reason),) = rows(store, f"SELECT state, reason FROM essays.fetch_log WHERE file LIKE '%%{name}'")
    assert got == state
    assert reason


def test_a_path_that_is_not_there_and_a_folder_without_pages_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="is not there"):
        imports.plan([str(tmp_path / "nowhere")])
    (tmp_path / "style.css").write_text("p {}", "utf-8")
    with pytest.raises(IngestError, match="nothing to import"):
        imports.plan([str(tmp_path)])


# Real pages


def test_the_fourteen_real_pages_have_their_true_values(store: Store) -> None:
    folder = shared("pages") / "wechat"
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    hand_in(store, folder)
    assert len(truth) == 14
    for name, true in truth.items():
        ((state, document),) = rows(
            store, f"SELECT state, document_id FROM essays.fetch_log WHERE file LIKE '%%/{name}.html.gz'"
        )
        assert state == true["state"], name
        if "account" not in true:
            assert document is None, f"{name} is a notice, not a document"
            continue
        ((title, account, author, native_id, epoch),) = rows(
            store,
            "SELECT title, account, author, native_id, extract(epoch FROM published_at)::bigint FROM essays.document"
            f" WHERE document_id = {document}",
        )
        identity = f"{true['biz']}/{true['mid']}/{true['idx']}" if "biz" in true else native_id
        expected = (true.get("title"), true["account"], true.get("author"), identity, true["published_epoch"])
        assert (title, account, author, native_id, epoch) == expected, name
    (reprint,) = rows(store, "SELECT other_key FROM essays.relation WHERE kind = 'reprint_of'")
    assert reprint == ("wechat:MjM5ODMzMDMyMw==/2654868330/1",)
    before = rows(store, "SELECT count(*) FROM essays.document")
    hand_in(store, folder)
    assert rows(store, "SELECT count(*) FROM essays.document") == before


def reduced(page: str) -> str:
    """What the exporter keeps of a page: the article's element, without a script."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page, "lxml")
    for script in soup(["script", "noscript"]):
        script.decompose()
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{soup.select_one('#js_article')}</body></html>"
    )


def export(folder: Path, with_list: bool) -> dict[str, str]:
    """Writes the real pages as the exporter does; returns file → identity."""
    source = shared("pages") / "wechat"
    truth = json.loads((source / "truth.json").read_text("utf-8"))
    entries, identities = [], {}
    for name, true in truth.items():
        if "biz" not in true:
            continue
        page = gzip.decompress((source / f"{name}.html.gz").read_bytes()).decode()
        title = true.get("title") or "未命名"
        place = folder / true["account"] / re.sub(r'[\\/:*?"<>|]', "_", title)
        place.mkdir(parents=True)
        (place / "index.html").write_text(reduced(page), "utf-8")
        identities[str(place / "index.html")] = f"{true['biz']}/{true['mid']}/{true['idx']}"
        entries.append({
            "_accountName": true["account"], "fakeid": true["biz"], "aid": f"{true['mid']}_{true['idx']}",
            "appmsgid": int(true["mid"]), "itemidx": true["idx"], "title": title,
            "link": f"https://mp.weixin.qq.com/s/{name[:22].ljust(22, '_')}", "create_time": true["published_epoch"],
        })  # fmt: skip
    if with_list:
        (folder / "list.json").write_text(json.dumps(entries, ensure_ascii=False), "utf-8")
    return identities


def test_exported_pages_find_every_identity_in_the_list_beside_them(store: Store, tmp_path: Path) -> None:
    identities = export(tmp_path, with_list=True)
    hand_in(store, tmp_path)
    assert len(identities) >= 8
    found = rows(store, "SELECT l.file, d.native_id FROM essays.fetch_log l LEFT JOIN essays.document d USING (document_id)"
                        " WHERE l.file LIKE '%%index.html'")  # fmt: skip
    wrong = {str(file): native for file, native in found if native and native != identities[str(file)]}
    assert not wrong
    missing = [file for file, native in found if native is None]
    assert not missing


def test_exported_pages_without_a_list_get_no_identity(store: Store, tmp_path: Path) -> None:
    export(tmp_path, with_list=False)
    hand_in(store, tmp_path)
    assert rows(store, "SELECT count(*) FROM essays.document WHERE native_id IS NOT NULL") == [(0,)]
    assert rows(store, "SELECT count(*) FROM essays.document")[0][0] > 0


def test_a_list_alone_asks_for_its_addresses_and_keeps_its_texts(store: Store, tmp_path: Path) -> None:
    entries = [
        {"_accountName": "某号", "fakeid": "MzA4MDAwMDAwMQ==", "aid": f"265000000{n}_1", "title": f"第{n}篇",
         "link": f"https://mp.weixin.qq.com/s/ListedArticle_0000000{n}_", "create_time": 1760000000 + n,
         **({"content": "列表里带来的正文,一共两句。\\n第二句在这里。"} if n == 1 else {})}
        for n in (1, 2)
    ]  # fmt: skip
    for entry in entries:
        entry["link"] = f"https://mp.weixin.qq.com/s/{'ListedArticle_0000000' + str(entry['aid'])[9]:_<22}"
    (tmp_path / "list.json").write_text(json.dumps(entries, ensure_ascii=False), "utf-8")
    account = hand_in(store, tmp_path)
    assert (account.documents, account.waiting) == (1, 1)
    assert rows(store, "SELECT native_id, title FROM essays.document") == [("MzA4MDAwMDAwMQ==/2650000001/1", "第1篇")]


def test_entries_of_a_list_without_links_stay_apart(store: Store, tmp_path: Path) -> None:
    entries = [{"title": f"题{n}", "link": "", "content": f"第{n}条的正文,各说各的,互不相干。"} for n in range(3)]
    (tmp_path / "list.json").write_text(json.dumps(entries, ensure_ascii=False), "utf-8")
    assert hand_in(store, tmp_path).documents == 3
    assert rows(store, "SELECT max(revision_number) FROM essays.document") == [(1,)]


def test_a_list_that_comes_later_gives_a_page_its_identity_and_no_second_document(store: Store, tmp_path: Path) -> None:
    identities = export(tmp_path, with_list=False)
    hand_in(store, tmp_path)
    before = rows(store, "SELECT count(*) FROM essays.document")[0][0]
    (tmp_path / "again").mkdir()
    export(tmp_path / "again", with_list=True)
    for path in tmp_path.glob("again/*/*/index.html"):
        path.unlink()
    (tmp_path / "again" / "list.json").rename(tmp_path / "list.json")
    hand_in(store, tmp_path)
    assert rows(store, "SELECT count(*) FROM essays.document WHERE native_id IS NOT NULL")[0][0] == len(identities)
    assert rows(store, "SELECT count(*) FROM essays.document")[0][0] == before + rows(
        store, "SELECT count(*) FROM essays.document WHERE completeness = 'excerpt'")[0][0]  # fmt: skip


def test_an_excerpt_finds_its_essay_when_only_its_address_is_new(store: Store, tmp_path: Path) -> None:
    page = ARTICLE.read_text("utf-8")
    short = "https://mp.weixin.qq.com/s/ExampleArticle-On-Scal"
    (tmp_path / "long.html").write_text(page.replace(short, "https://mp.weixin.qq.com/mp/other"), "utf-8")
    (tmp_path / "note.txt").write_text(f"{short}\n{short}记下几句:-第一句话。-第二句话。", "utf-8")
    (tmp_path / "short.html").write_text(page, "utf-8")
    hand_in(store, tmp_path / "long.html")
    hand_in(store, tmp_path / "note.txt")
    assert rows(store, "SELECT count(*) FROM essays.catalog WHERE completeness = 'excerpt'") == [(1,)]
    hand_in(store, tmp_path / "short.html")
    assert rows(store, "SELECT count(*) FROM essays.catalog WHERE completeness = 'excerpt'") == [(0,)]


def test_a_link_that_leads_out_of_the_folder_is_refused_by_name_and_never_read(store: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("这一段谁也不该读到,它在文件夹之外。" * 20, "utf-8")
    (outside / "list.json").write_text(
        json.dumps([{"title": "题", "link": SHORT, "content": "名单里的字。" * 30}]), "utf-8"
    )
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "own.txt").write_text("文件夹里自己的一篇文章,照常读入。" * 20, "utf-8")
    (folder / "also.txt").symlink_to("own.txt")
    (folder / "notes.txt").symlink_to(outside / "secret.txt")
    (folder / "relative.md").symlink_to("../outside/secret.txt")
    (folder / "list.json").symlink_to(outside / "list.json")
    (folder / "archive.warc.gz").symlink_to(outside / "secret.txt")
    (folder / "more").symlink_to(outside)
    account = hand_in(store, folder)
    assert account.documents == 1
    refused = [(problem.file.rpartition("/")[2], problem.reason) for problem in account.problems]
    assert [name for name, _ in refused] == ["archive.warc.gz", "list.json", "more", "notes.txt", "relative.md"]
    assert all("is a link that leads out of its folder" in (reason or "") for _, reason in refused)
    assert rows(store, "SELECT count(*) FROM essays.document WHERE text LIKE '%%谁也不该读到%%'") == [(0,)]


def test_a_link_that_was_named_by_itself_is_read(store: Store, tmp_path: Path) -> None:
    (tmp_path / "essay.txt").write_text("一篇被点名的文章,由链接指到。" * 20, "utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link.txt").symlink_to(tmp_path / "essay.txt")
    assert hand_in(store, tmp_path / "folder" / "link.txt").documents == 1


def test_secrets_in_utf16_and_in_file_names_are_stored_nowhere(store: Store, tmp_path: Path) -> None:
    link = "https://mp.weixin.qq.com/s?__biz=MzA4MDAwMDAwMQ==&mid=2650000001&idx=1&pass_ticket=canaryTicketXYZ"
    (tmp_path / "utf16.txt").write_bytes(f"请看 {link} 这一篇,写得很好。\n".encode("utf-16"))
    name = "s?__biz=MzA4MDAwMDAwMQ==&mid=2650000001&idx=1&pass_ticket=canaryTicketXYZ.html"
    (tmp_path / name).write_text(ARTICLE.read_text("utf-8"), "utf-8")
    hand_in(store, tmp_path)
    import zstandard

    everything = [str(row) for table in ("revision", "address", "fetch", "claim", "document")
                  for row in rows(store, f"SELECT t::text FROM ingest.{table} t")]  # fmt: skip
    everything += [
        zstandard.decompress(bytes(b)).decode("utf-8", "replace")
        for (b,) in rows(store, "SELECT bytes FROM ingest.snapshot")
    ]
    assert not [text for text in everything if "canaryTicketXYZ" in text]


def test_two_edits_of_one_article_by_two_addresses_are_two_revisions(store: Store, tmp_path: Path) -> None:
    page = ARTICLE.read_text("utf-8")
    short = "https://mp.weixin.qq.com/s/ExampleArticle-On-Scal"
    title = rows_title(page)
    hand_in(store, ARTICLE)
    for n, token in enumerate(("SecondToken0000000000a", "ThirdToken00000000000b")):
        edited = page.replace(short, f"https://mp.weixin.qq.com/s/{token}").replace(title, f"{title}之{n}")
        (tmp_path / f"{n}.html").write_text(edited, "utf-8")
    hand_in(store, tmp_path)
    assert rows(store, "SELECT count(*) FROM essays.revision") == [(3,)]
    assert rows(store, "SELECT count(*) FROM essays.document") == [(1,)]


def test_an_unpaid_preview_never_replaces_a_full_text(store: Store, tmp_path: Path) -> None:
    page = ARTICLE.read_text("utf-8")
    hand_in(store, ARTICLE)
    before = rows(store, "SELECT text FROM essays.document")
    preview = page.replace("is_pay_subscribe: '0'", "is_pay_subscribe: '1'").replace(
        'is_pay_subscribe = "0"', 'is_pay_subscribe = "1"'
    )
    (tmp_path / "preview.html").write_text(preview.replace("<body", '<body data-x="mp-pay-preview-filter"'), "utf-8")
    hand_in(store, tmp_path)
    assert rows(store, "SELECT text FROM essays.document") == before


def test_a_page_that_is_also_a_seed_is_two_documents_in_either_order(store: Store, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "page.html").write_bytes(ARTICLE.read_bytes())
    name, paths = seeds.plan(store, str(tmp_path / "c"))
    seeds.load(store, pipeline.open_run(store, "seed"), str(tmp_path / "c"), name, paths)
    hand_in(store, ARTICLE)
    assert rows(store, "SELECT corpus, native_id IS NOT NULL FROM essays.document ORDER BY 1") == [
        ("ingested", True), ("seed", False)]  # fmt: skip
    assert rows(store, "SELECT copy_count FROM essays.essay") == [(2,)]


def test_a_path_that_is_given_twice_is_looked_at_once(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("只应当看一次的文件。\n", "utf-8")
    assert hand_in(store, tmp_path, tmp_path / "a.txt").origins == 1


def test_a_run_that_is_cleared_after_a_file_changed_reads_it_again(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    page = ARTICLE.read_text("utf-8")
    for title in (rows_title(page), "改过的题目"):
        file.write_text(page.replace(rows_title(page), title), "utf-8")
        run_id = pipeline.open_run(store, "import", "same run")
        imports.load(store, run_id, imports.plan([str(file)]))
        pipeline.check_total(pipeline.close_run(store, run_id), 1)
    assert rows(store, "SELECT title FROM essays.document") == [("改过的题目",)]


def test_importers_at_the_same_time_of_the_same_pages_all_succeed(store: Store, database: str, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from ..conftest import database_url

    for n in range(40):
        (tmp_path / f"{n}.txt").write_text(f"第{n}份文本,四个人同时交上来,内容并不相同,编号{n * 97}。\n", "utf-8")

    def work(n: int) -> int:
        own = Store(database_url(database, "loader"))
        plan = imports.plan([str(tmp_path)])
        run_id = pipeline.open_run(own, "import")
        imports.load(own, run_id, imports.Plan(plan.files if n % 2 else plan.files[::-1]))
        pipeline.relate(own)
        origins = pipeline.close_run(own, run_id).origins
        own.close()
        return origins

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [40] * 4
    assert rows(store, "SELECT count(*), max(revision_number) FROM essays.document") == [(40, 1)]
    assert store.ask("face", "doctor") == []


def test_a_file_name_forges_no_line_of_a_report(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a\nall is well\x1b[2K\u202egpj.html"
    path.write_bytes(b"\x00\x01")
    hand_in(store, path)
    ((origin,),) = rows(store, "SELECT origin FROM ingest.fetch")
    assert str(origin).endswith("/a\\nall is well\\x1b[2K\\u202egpj.html")
