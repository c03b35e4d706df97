"""The corpus at a glance: how much, when, from where, what is a copy of what, and what it speaks of.

export ESSAYS_ANALYST_URL=postgresql://essays_analyst:…      # `ingest password analyst --url` prints it
marimo edit examples/corpus.py                               # or: marimo run, python, marimo export html
"""

import marimo

app = marimo.App(width="medium", app_title="Corpus · 语料一览")


@app.cell
def _():
    import html
    import os
    from collections import defaultdict

    import marimo as mo
    import polars as pl
    import psycopg2
    from psycopg2.extras import RealDictCursor

    return RealDictCursor, defaultdict, html, mo, os, pl, psycopg2


@app.cell
def _(RealDictCursor, mo, os, psycopg2):
    url = os.environ.get("ESSAYS_ANALYST_URL", "").replace("postgresql+psycopg2://", "postgresql://")
    mo.stop(not url, mo.md("Set `ESSAYS_ANALYST_URL`; `ingest password analyst --url` prints it."))
    connection = psycopg2.connect(url)
    connection.set_session(readonly=True, autocommit=True)

    def ask(sql, **values):
        """The rows of a query, as dictionaries."""
        with connection.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(sql, values)
            return [dict(row) for row in cursor.fetchall()]

    return (ask,)


@app.cell
def _(html, mo):
    # Drawn here, in SVG: so the page is the same in a browser, in an exported file and in print.
    COLOURS = ("#3b6ea5", "#d08770", "#6a9955", "#b48ead", "#8c8c8c")

    def shown(words, most=34):
        words = " ".join(str(words).split())
        return html.escape(words if len(words) <= most else words[: most - 1] + "…")

    def columns(rows, height=170, width=900):
        """Stacked columns of (label, [value, …]); labels stand where there is room."""
        if not rows:
            return mo.md("*nothing yet · 暂无*")
        top = max(sum(values) for _, values in rows) or 1
        step = min((width - 45) / len(rows), 60)
        every = max(1, round(60 / step))
        parts = [
            f'<line x1="44" x2="{width}" y1="{height}" y2="{height}" stroke="#999"/>',
            f'<text x="40" y="14" text-anchor="end">{top:,}</text><text x="40" y="{height}" text-anchor="end">0</text>',
        ]
        for n, (label, values) in enumerate(rows):
            y, x = height, 45 + n * step
            for value, colour in zip(values, COLOURS):
                tall = value / top * (height - 10)
                y -= tall
                parts.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(step - 1, 0.6):.1f}" height="{tall:.1f}" fill="{colour}">'
                    f"<title>{shown(label)}: {value:,}</title></rect>"
                )
            if n % every == 0:
                parts.append(f'<text x="{x:.1f}" y="{height + 15}">{shown(label)}</text>')
        return mo.Html(
            f'<svg viewBox="0 0 {width} {height + 22}" width="100%" font-size="11" fill="currentColor">{"".join(parts)}</svg>'
        )

    def bars(rows, width=900):
        """One bar a line of (label, value)."""
        if not rows:
            return mo.md("*nothing yet · 暂无*")
        top = max(value for _, value in rows) or 1
        parts = []
        for n, (label, value) in enumerate(rows):
            long = value / top * (width - 400)
            parts.append(
                f'<text x="300" y="{n * 22 + 15}" text-anchor="end">{shown(label)}</text>'
                f'<rect x="308" y="{n * 22 + 3}" width="{max(long, 1):.1f}" height="16" fill="{COLOURS[0]}"/>'
                f'<text x="{314 + long:.1f}" y="{n * 22 + 15}">{value:,}</text>'
            )
        return mo.Html(
            f'<svg viewBox="0 0 {width} {len(rows) * 22 + 4}" width="100%" font-size="12" fill="currentColor">{"".join(parts)}</svg>'
        )

    def key(*names):
        """What the colours mean."""
        return mo.Html(
            f'<div>{" &ensp; ".join(f"""<span style="color:{c}">■</span> {shown(n)}""" for n, c in zip(names, COLOURS))}</div>'
        )

    return COLOURS, bars, columns, key, shown


@app.cell
def _(ask, mo):
    (total,) = ask("""
        SELECT (SELECT count(*) FROM essays.catalog) AS essays, count(*) AS documents, coalesce(sum(char_count), 0) AS characters,
            count(DISTINCT account) AS accounts, min(published_on) AS first, max(published_on) AS last,
            count(*) FILTER (WHERE published_on IS NULL) AS undated
        FROM essays.document""")
    mo.vstack(
        [
            mo.md("# Corpus at a glance · 语料一览"),
            mo.hstack(
                [
                    mo.stat(f"{total['essays']:,}", label="essays · 作品"),
                    mo.stat(f"{total['documents']:,}", label="documents · 文档"),
                    mo.stat(f"{total['characters']:,}", label="characters · 字符"),
                    mo.stat(f"{total['accounts']:,}", label="accounts · 账号"),
                    mo.stat(
                        f"{total['first'] or '—'} → {total['last'] or '—'}",
                        label=f"published · 发布（{total['undated']:,} undated · 无日期）",
                    ),
                ],
                wrap=True,
                justify="start",
                gap=0,
            ),
        ]
    )
    return


@app.cell
def _(ask, columns, key, mo):
    volume = ask("""
        SELECT to_char(month, 'YYYY-MM') AS month, count(c.*) FILTER (WHERE c.corpus = 'seed') AS seed,
            count(c.*) FILTER (WHERE c.corpus = 'ingested') AS ingested
        FROM (SELECT generate_series(date_trunc('month', min(published_on)), max(published_on), interval '1 month')::date AS month
              FROM essays.catalog) calendar
        LEFT JOIN essays.catalog c ON c.published_on >= month AND c.published_on < month + interval '1 month'
        GROUP BY month ORDER BY month""")
    mo.vstack(
        [
            mo.md("## Volume over time · 每月篇数"),
            columns([(row["month"], [row["seed"], row["ingested"]]) for row in volume[-240:]]),
            key("seed · 种子语料", "ingested · 采集"),
        ]
    )
    return


@app.cell
def _(ask, bars, mo, pl):
    sources = ask("""
        SELECT corpus, found_by, coalesce(site, '—') AS site, obtained, count(*) AS documents, count(DISTINCT essay_id) AS essays,
            sum(char_count)::bigint AS characters
        FROM essays.document GROUP BY 1, 2, 3, 4 ORDER BY documents DESC, 1, 2, 3, 4""")
    accounts = ask("""
        SELECT account, count(*) AS essays FROM essays.catalog WHERE account IS NOT NULL
        GROUP BY account ORDER BY essays DESC, account LIMIT 12""")
    mo.vstack(
        [
            mo.md("## Sources · 来源"),
            mo.ui.table(pl.DataFrame(sources, infer_schema_length=None), selection=None, show_download=False),
            mo.md("### Accounts · 账号"),
            bars([(row["account"], row["essays"]) for row in accounts]),
        ]
    )
    return


@app.cell
def _(ask, bars, mo):
    copies = ask("""
        SELECT CASE WHEN copy_count > 5 THEN '6 份以上 · 6 and more' ELSE copy_count || ' 份 · copies' END AS copies, count(*) AS essays
        FROM essays.catalog GROUP BY 1 ORDER BY 1""")
    kinds = ask("""
        SELECT kind || ' (' || basis || ')' AS kind, count(*) AS relations FROM essays.relation GROUP BY 1 ORDER BY 2 DESC, 1""")
    (orphans,) = ask(
        "SELECT count(*) AS n FROM essays.catalog WHERE NOT has_original AND role IN ('repost', 'reprint')"
    )
    mo.vstack(
        [
            mo.md("## Copies · 副本与转载"),
            mo.md("Essays by the number of their stored copies · 按副本数统计的作品"),
            bars([(row["copies"], row["essays"]) for row in copies]),
            mo.md("Relations between documents · 文档之间的关系"),
            bars([(row["kind"], row["relations"]) for row in kinds]),
            mo.md(
                f"{orphans['n']:,} works are here as a reprint or repost only · {orphans['n']:,} 部作品只有转载，没有原文。"
            ),
        ]
    )
    return


@app.cell
def _(ask, mo):
    has_trend = (
        ask("""
        SELECT count(*) AS n FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace
        WHERE s.nspname = 'essays' AND p.proname = 'term_trend'""")[0]["n"]
        > 0
    )
    term = mo.ui.text("模型", label="A term · 词语", debounce=True)
    mo.vstack([mo.md("## A term over time · 词语趋势"), term])
    return has_trend, term


@app.cell
def _(ask, columns, has_trend, key, mo, term):
    def trend(words):
        """Month, essays that have the term, and all essays of the month."""
        if has_trend:
            found = ask(
                "SELECT period, matches, essays FROM essays.term_trend(%(term)s, 'month') ORDER BY period", term=words
            )
            return [(f"{row['period']:%Y-%m}", row["matches"], row["essays"]) for row in found if row["period"]]
        found = ask(
            """
            SELECT to_char(published_on, 'YYYY-MM') AS month, count(*) FILTER (WHERE strpos(text, %(term)s) > 0) AS hits, count(*) AS essays
            FROM essays.essay WHERE published_on IS NOT NULL GROUP BY 1 ORDER BY 1""",
            term=words,
        )
        return [(row["month"], row["hits"], row["essays"]) for row in found]

    found = trend(term.value) if term.value.strip() else []
    matched, of = sum(row[1] for row in found), sum(row[2] for row in found)
    mo.vstack(
        [
            columns([(month, [hits, essays - hits]) for month, hits, essays in found]),
            key(f"with “{term.value}” · 含该词", "without · 不含"),
            mo.md(f"{matched:,} of {of:,} dated essays · {of:,} 篇有日期的作品中 {matched:,} 篇。"),
        ]
    )
    return


@app.cell
def _(ask, mo, shown):
    related = ask("""
        SELECT d.document_id, max(d.display_title) AS title, count(*) AS n
        FROM essays.relation r JOIN essays.document d USING (document_id)
        WHERE r.other_document_id IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT 50""")
    choices = {f"{shown(row['title'], 40)} ({row['document_id']})": row["document_id"] for row in related}
    essay = mo.ui.dropdown(choices, value=next(iter(choices), None), label="An essay · 作品")
    mo.vstack(
        [
            mo.md("## The lineage of one essay · 一篇的来龙去脉"),
            essay if choices else mo.md("*no relations yet · 暂无关系*"),
        ]
    )
    return (essay,)


@app.cell
def _(COLOURS, ask, defaultdict, essay, mo, shown):
    def neighbours(ids):
        return ask(
            """
            SELECT document_id, kind, other_document_id, max(share) AS share FROM essays.relation
            WHERE other_document_id IS NOT NULL AND (document_id = ANY (%(ids)s) OR other_document_id = ANY (%(ids)s))
            GROUP BY 1, 2, 3 ORDER BY 1, 3, 2 LIMIT 60""",
            ids=list(ids),
        )

    def lineage(start, width=900):
        """The documents within two steps, in the order of their publication, and how each is related to others."""
        first = neighbours([start])
        near = sorted({row[side] for row in first for side in ("document_id", "other_document_id")} | {start})[:12]
        edges = {(row["document_id"], row["other_document_id"], row["kind"]): row["share"] for row in neighbours(near)}
        ids = sorted({number for a, b, _ in edges for number in (a, b)} | {start})
        told = {
            row["document_id"]: row
            for row in ask(
                """
            SELECT document_id, display_title, coalesce(account, found_by) AS who, published_on, role FROM essays.document
            WHERE document_id = ANY (%(ids)s)""",
                ids=ids,
            )
        }
        order = sorted(told, key=lambda n: (told[n]["published_on"] is None, str(told[n]["published_on"]), n))[:24]
        place = {number: 26 + n * 46 for n, number in enumerate(order)}
        kinds = {"same_text": 0, "near_copy": 0, "excerpt_of": 1, "quotes": 2, "reprint_of": 3, "links_to": 4}
        arrow = '<defs><marker id="to" viewBox="0 0 8 8" refX="13" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M 0 0 L 8 4 L 0 8 z" fill="#777"/></marker></defs>'
        parts, seen, lane = [arrow], set(), defaultdict(int)
        for (a, b, kind), share in sorted(edges.items()):
            if a not in place or b not in place or (b, a, kind) in seen:
                continue
            seen.add((a, b, kind))
            y1, y2, colour = place[a], place[b], COLOURS[kinds.get(kind, 4)]
            lane[abs(y1 - y2)] += 1
            bend = min(40 + abs(y1 - y2) * 0.35 + lane[abs(y1 - y2)] * 9, 270)
            label = f"{kind} {share:.0%}" if share is not None else kind
            parts.append(
                f'<path d="M 300 {y1} C {300 - bend} {y1}, {300 - bend} {y2}, 300 {y2}" fill="none" stroke="{colour}" stroke-width="1.6" marker-end="url(#to)">'
                f"<title>{shown(label)}</title></path>"
                f'<text x="{296 - bend * 0.75:.0f}" y="{(y1 + y2) / 2 + 4:.0f}" text-anchor="end" fill="{colour}" font-size="11">{shown(label)}</text>'
            )
        for number in order:
            row, mine = told[number], number == start
            parts.append(
                f'<circle cx="300" cy="{place[number]}" r="{7 if mine else 5}" fill="{COLOURS[1] if mine else COLOURS[0]}"/>'
                f'<text x="316" y="{place[number] - 1}" font-weight="{600 if mine else 400}">{shown(row["display_title"], 40)}</text>'
                f'<text x="316" y="{place[number] + 14}" font-size="11" opacity=".7">{shown(row["published_on"] or "undated · 无日期")} · {shown(row["who"])} · {shown(row["role"])}</text>'
            )
        return mo.Html(
            f'<svg viewBox="0 0 {width} {len(order) * 46 + 8}" width="100%" font-size="13" fill="currentColor">{"".join(parts)}</svg>'
        )

    lineage(essay.value) if essay.value else mo.md("")
    return


if __name__ == "__main__":
    app.run()
