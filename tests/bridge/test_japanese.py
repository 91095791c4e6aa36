"""With `--lang ja` what is told of a text that was written is told in Japanese; the text is the same."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import kakehashi.bridge
import kakehashi.dialects
from kakehashi.check.japanese import losses
from kakehashi.check.japanese.written import in_japanese, known, said
from tests.bridge.test_command import run
from tests.check.test_japanese import ENGLISH_WORD, is_japanese, texts

EXAMPLES = Path(__file__).parents[2] / "examples"
# Which arguments of a call are parts of what is told.
CALLS = {"add": (1, 2), "unless": (2, 3), "within": (4,), "words": (3,), "ask": (0,), "append": (0,)}
# What stands for parts that are asked for where they are written.
MADE_OF_OTHERS = ("X of X",)


def written(package: object) -> Iterator[str]:
    """Every part of what renderers and the bridge tell."""
    folder = Path(package.__path__[0])  # type: ignore[attr-defined]
    for file in sorted(folder.rglob("*.py")):
        renders = "render" in file.as_posix().removeprefix(folder.as_posix())
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if renders and isinstance(node, ast.Tuple):
                yield from of_a_rule(node)
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            about = ast.unparse(node.func.value)
            if not any(word in about for word in ("losses", "draft", "notes", "aside", "by_hand")):
                continue
            for place in CALLS.get(node.func.attr, ()):
                if place < len(node.args):
                    yield from texts(node.args[place])


def of_a_rule(node: ast.Tuple) -> Iterator[str]:
    """Does it fit, what is lost else, and why."""
    fits, *words = node.elts or [node]
    if len(words) in (1, 2) and not isinstance(fits, ast.Constant | ast.JoinedStr | ast.Starred):
        said_of_it = (
            text for each in words if isinstance(each, ast.Constant | ast.JoinedStr) for text in texts(each)
        )
        yield from (text for text in said_of_it if " " in text)


@pytest.mark.parametrize("package", [kakehashi.bridge, kakehashi.dialects], ids=["bridge", "dialects"])
def test_no_part_is_without_its_japanese_counterpart(package: object) -> None:
    found = {text for text in written(package) if ENGLISH_WORD.search(text)} - set(MADE_OF_OTHERS)
    assert len(found) > 20
    assert sorted(text for text in found if not is_japanese(known(text) or "") and text != "an MRU") == []


def test_every_counterpart_has_a_place_for_what_it_names() -> None:
    for english, japanese in losses.SENTENCES.items():
        holes = english.count("{}")
        named = [int(n) for n in re.findall(r"\{(\d+)\}", japanese)]
        assert max(named, default=-1) < holes, english
        assert japanese.count("{}") <= holes, english


def test_a_line_says_what_is_lost_and_why() -> None:
    assert said("line 7 `ip nhrp`: in part: keepalives of Tunnel0: they are left out") == (
        "7行目 `ip nhrp`: 一部: Tunnel0のキープアライブ: 省略しました"
    )
    assert said("MSS 1300: it must be 500 to 1460; the RADIUS server R: its key is not one word") == (
        "MSS 1300: 範囲は500～1460です。RADIUSサーバR: 鍵が1語ではありません"
    )
    assert said("the moon is made of green cheese") == "the moon is made of green cheese"


def test_the_text_itself_stays_as_it_is() -> None:
    text = "! Changed:\nhostname oslo\n! placeholder 1\n!\n description Changed:\n"
    assert in_japanese(text) == text.replace("! Changed:", "! 変更点:")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("translate", "cisco-ios-vti/*.cfg", "--to", "nec-ix"), "失敗: "),
        (("translate", "ios-awplus/*.cfg", "--to", "awplus"), "確認済み: "),
        (("translate", "nec-ix-ikev1-main/*.cfg", "--to", "cisco-ios"), "変換先の装置の仕様によるもの:"),
        (("mirror", "awplus-psk/*.cfg", "--to", "nec-ix"), "記入が必要な項目:"),
        (("mirror", "ios-dmvpn/*.cfg", "--to", "cisco-ios"), "は仮の値です"),
    ],
)
def test_a_command_tells_it_in_japanese(words: tuple[str, ...], expected: str) -> None:
    command, pattern, *rest = words
    file = sorted(EXAMPLES.glob(pattern))[0]
    here = run(command, str(file), *rest, "--lang", "ja")
    there = run(command, str(file), *rest)
    assert expected in here.stdout
    assert here.exit_code == there.exit_code
    assert settings(here.stdout) == settings(there.stdout)
    english = [line for line in comments(here.stdout) if not is_japanese(line)]
    assert english == []


def settings(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.lstrip().startswith("!")]


def comments(text: str) -> list[str]:
    """Those that are sentences."""
    found = [line for line in text.splitlines() if line.startswith("!") and len(line.split()) > 2]
    return [line for line in found if not line.startswith("! placeholder")]
