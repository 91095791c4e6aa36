"""The parameter sheet: the article's table for the article's pair, in both languages."""

import csv
import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kakehashi.check.render.as_csv import render_csv
from kakehashi.check.render.as_html import render_html
from kakehashi.check.render.as_json import render_json, to_plain
from kakehashi.check.render.markdown import render_markdown
from kakehashi.check.report import Report
from kakehashi.check.run import check
from kakehashi.check.sheet.labels import ENGLISH, JAPANESE, Language
from kakehashi.check_reading import read_configuration
from tests.check.pairs import ARTICLE, NEC_AWPLUS, NEC_CISCO, checked

# What the article prints for R1 and R2; instead of the key itself that both have the same one.
ARTICLE_SHEET = {
    "IKE Phase1 ( ISAKMP SA )": [
        ("暗号化アルゴリズム", "3DES", "3DES"),
        ("ハッシュアルゴリズム", "MD5", "MD5"),
        ("IKE Phase1 の認証方式", "Pre-shared Key", "Pre-shared Key"),
        ("DHグループ", "2", "2"),
        ("ISAKMP SA ライフタイム", "86400(秒)", "86400(秒)"),
        ("Pre-shared Key", "設定あり", "設定あり"),
        ("ISAKMPのピアアドレス", "200.1.1.1", "100.1.1.1"),
        ("IKEキープアライブ(DPD)", "30", "30"),
        ("IKE Phase1 モード", "Mainモード", "Mainモード"),
    ],
    "IKE Phase2 ( IPsec SA )": [
        ("セキュリティプロトコル", "ESP", "ESP"),
        ("暗号化アルゴリズム", "3DES", "3DES"),
        ("認証アルゴリズム", "MD5-HMAC", "MD5-HMAC"),
        ("PFSグループ", "-", "-"),
        ("IPsec SAのライフタイム", "3600(秒)", "3600(秒)"),
        ("IPsec SAのライフタイム(容量)", "4608000(KB)", "4608000(KB)"),
        ("IPsec通信モード", "トンネルモード", "トンネルモード"),
        ("IPsecのピアアドレス", "200.1.1.1", "100.1.1.1"),
        ("IPsecの対象トラフィック", "192.168.1.0/24 → 192.168.2.0/24", "192.168.2.0/24 → 192.168.1.0/24"),
        ("IKE Phase 2 モード", "Quickモード", "Quickモード"),
    ],
}


def tables(markdown: str) -> dict[str, list[tuple[str, ...]]]:
    """The first three columns of each table, under its title."""
    found = {}
    for part in markdown.split("### ")[1:]:
        title, *lines = part.splitlines()
        cells = [[c.strip() for c in line.split("|")[1:4]] for line in lines if line.startswith("| ")]
        found[title] = [tuple(row) for row in cells[2:]]
    return found


def test_the_articles_pair_gives_the_articles_table() -> None:
    assert tables(render_markdown(checked(ARTICLE), JAPANESE)) == ARTICLE_SHEET


def test_what_a_file_says_is_quoted_with_its_line() -> None:
    (pair,) = checked(ARTICLE).pairs
    rows = {row.key: row for row in pair.rows}
    assert rows["1/encryption"].a.words == "encr 3des"
    assert [str(s) for s in rows["1/encryption"].a.sources] == ["r1.cfg:4"]
    assert rows["1/lifetime"].a.words == "", "no line says it: it is the device's default"
    assert rows["2/traffic"].b.words == "permit ip 192.168.2.0 0.0.0.255 192.168.1.0 0.0.0.255"


@pytest.mark.parametrize("pair", [ARTICLE, NEC_CISCO, NEC_AWPLUS], ids="-".join)
def test_no_format_shows_a_key(pair: tuple[str, str]) -> None:
    report = checked(pair)
    for secret in ("key cisco", "lilac", "rokko"):
        for language in (ENGLISH, JAPANESE):
            for render in (render_markdown, render_csv, render_html):
                assert secret not in render(report, language)
        assert secret not in render_json(report)


def test_each_end_is_quoted_in_its_makers_words_and_both_are_compared_in_the_same() -> None:
    (pair,) = checked(NEC_CISCO).pairs
    rows = {row.key: row for row in pair.rows}
    group = rows["1/dh-group"]
    assert (group.a.text, group.b.text, group.agreed, group.fits) == ("14", "14", "14", True)
    assert "2048-bit" in group.a.words
    assert group.b.words == "group 14"


def test_csv_has_a_line_for_each_parameter() -> None:
    report = checked(NEC_AWPLUS)
    lines = list(csv.reader(io.StringIO(render_csv(report, ENGLISH))))
    assert len({len(line) for line in lines}) == 1
    assert len(lines) == 1 + len(report.pairs[0].rows)


@pytest.mark.parametrize("render", [render_markdown, render_html])
def test_that_nothing_was_found_is_said(render: Callable[[Report, Language], str]) -> None:
    quiet = replace(checked(NEC_AWPLUS), remarks=())
    assert "指摘事項はありません" in render(quiet, JAPANESE)
    assert "指摘事項はありません" not in render(checked(ARTICLE), JAPANESE)


def test_html_is_well_formed_and_escapes_what_files_are_called() -> None:
    class Balance(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "br"):
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    parser = Balance()
    parser.feed(render_html(checked(ARTICLE, "r1.cfg", " group 2\n", " group 5\n"), JAPANESE))
    assert parser.open == []


def test_json_has_the_documented_shape() -> None:
    plain = to_plain(checked(ARTICLE, "r1.cfg", " group 2\n", " group 5\n"))
    assert json.loads(json.dumps(plain)) == plain
    assert set(plain) == {"files", "findings", "tunnels"}
    assert set(plain["files"][0]) == {"file", "dialect", "lines", "not_ours", "unknown"}
    assert set(plain["findings"][0]) == {"rule", "severity", "where", "message", "fix"}
    assert {f["severity"] for f in plain["findings"]} <= {"error", "warning", "note"}
    (tunnel,) = plain["tunnels"]
    assert set(tunnel) == {"a", "b", "comes_up", "survives_rekey", "reason", "parameters"}
    assert tunnel["a"] == {"file": "r1.cfg", "name": "M-ipsec 1"}
    assert (tunnel["comes_up"], tunnel["survives_rekey"]) == (False, False)
    assert "MODP-1536" in tunnel["reason"]
    assert "MODP-1024" in tunnel["reason"]
    (group,) = [p for p in tunnel["parameters"] if not p["fits"]]
    assert group == {
        "phase": 1,
        "parameter": "dh-group",
        "a": "5",
        "b": "2",
        "agreed": None,
        "fits": False,
    }


@pytest.mark.skipif("KAKEHASHI_CORPUS" not in os.environ, reason="no corpus")
def test_the_corpus_pair_gives_the_articles_table() -> None:
    folder = Path(os.environ["KAKEHASHI_CORPUS"]) / "cisco-ios"
    files = sorted(folder.glob("crypto-map-pppoe-r?.cfg"))
    report = check([read_configuration(f.name, f.read_text(encoding="utf-8")) for f in files])
    assert report.has_errors is False
    assert tables(render_markdown(report, JAPANESE)) == ARTICLE_SHEET
