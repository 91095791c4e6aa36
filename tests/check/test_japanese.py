"""With `--lang ja` everything is said in Japanese: no sentence is without its counterpart."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import kakehashi.check
import kakehashi.dialects
from kakehashi.check.japanese.translate import sentences, translate
from kakehashi.check.render.markdown import render_markdown
from kakehashi.check.run import check
from kakehashi.check.sheet.labels import ENGLISH, JAPANESE
from kakehashi.check.symptoms.awplus import AWPLUS
from kakehashi.check.symptoms.cisco_ios import CISCO_IOS, CISCO_IOS_AGGRESSIVE
from kakehashi.check.symptoms.nec_ix import NEC_IX
from kakehashi.check_reading import read_configuration
from kakehashi.dialects.grammar import Argument, Either, Many, Optional, Pattern
from kakehashi.dialects.registry import by_name
from tests.check.faults import FAULTS, Fault
from tests.check.pairs import ARTICLE, checked

JAPANESE_LETTER = re.compile("[぀-ヿ一-鿿]")
ARTICLED = re.compile(r"(a|an|the|its|one of) ")
ENGLISH_WORD = re.compile(r"[a-z]{3,}")
# Which arguments of a call are sentences: their positions, and their names.
CALLS = {
    "error": (2, 3),
    "warning": (2, 3),
    "info": (2, 3),
    "Finding": (2, 4),
    "Reason": (2,),
    "Remark": (),
}
NAMES = ("message", "fix", "remedy")
# What stands for another sentence, which is asked for where it is written.
MADE_OF_OTHERS = (
    "X: the access list X of X lets no X pass from X to X: X",
    "add X",
    "`X` is not there yet (X); X",
    "the route to X leads into X, which has no `interface` blockX",
    "X is not understoodX: X",
)


def texts(node: ast.expr) -> Iterator[str]:
    """What an expression may say, X standing for what it is told."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            found = [""]
            for value in values:
                parts = list(texts(value.value if isinstance(value, ast.FormattedValue) else value))
                found = [begun + part for begun in found for part in parts]
            yield from found
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body)
            yield from texts(orelse)
        case ast.BoolOp(values=values):
            for each in values:
                yield from texts(each)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from (a + b for a in texts(left) for b in texts(right))
        case _:
            yield "X"


def written(module: object) -> list[str]:
    """Every sentence of a finding that the sources of a package make."""
    found: dict[str, None] = {}
    folder = Path(module.__path__[0])  # type: ignore[attr-defined]
    for file in sorted(folder.rglob("*.py")):
        if {"show", "render"} & set(file.relative_to(folder).parts):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in CALLS:
                continue
            arguments = [node.args[i] for i in CALLS[name] if i < len(node.args)]
            arguments += [k.value for k in node.keywords if k.arg in NAMES]
            found.update((text, None) for argument in arguments for text in texts(argument))
    return [text for text in found if ENGLISH_WORD.search(text) and text not in MADE_OF_OTHERS]


def is_japanese(text: str) -> bool:
    return bool(JAPANESE_LETTER.search(text))


@pytest.mark.parametrize("package", [kakehashi.check, kakehashi.dialects], ids=["check", "dialects"])
def test_no_sentence_of_a_finding_is_without_its_japanese_counterpart(package: object) -> None:
    found = written(package)
    assert len(found) > 40
    assert [text for text in found if not is_japanese(translate(text) or "")] == []


def test_what_a_command_takes_is_named_in_japanese() -> None:
    grammars = [by_name(name).grammar for name in ("nec-ix", "cisco-ios", "awplus")]
    commands = [c for g in grammars for mode in (g.root, *g.modes) for c in mode.commands]
    taken = {kind for command in commands for kind in expected_of(command.pattern)}
    assert len(taken) > 100
    in_english = [text for text in taken if ARTICLED.match(text) and not is_japanese(translate(text) or "")]
    assert in_english == []


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        (
            "`ip route 10.0.0.0/8` is incomplete: expected an IPv4 address or an interface such as Tunnel0.0",
            "`ip route 10.0.0.0/8`は途中で終わっています。次にIPv4アドレスかTunnel0.0のようなインタフェースが必要です",
        ),
        (
            "`x` is not understood after `ike nat-traversal`: expected `policy` or `keepalive` or the end of the "
            "line",
            "`ike nat-traversal`の後の`x`を解釈できません: `policy`か`keepalive`か行末が必要です",
        ),
        ("there could stand `a`, `b`, `c` or 7 others", "ここに書けるのは`a`か`b`か`c`か他7個です"),
        ("write more of it", "もっと長く入力してください"),
    ],
)
def test_one_of_several_is_told_in_japanese(english: str, japanese: str) -> None:
    assert translate(english) == japanese


def expected_of(patterns: tuple[Pattern, ...]) -> Iterator[str]:
    """What the values of a command are called where one is wrong."""
    for item in patterns:
        match item:
            case Argument(kind=kind):
                yield kind.expected
            case Optional(items=items):
                yield from expected_of(items)
            case Either(options=options):
                yield from (text for option in options for text in expected_of(option))
            case Many(item=one):
                yield from expected_of((one,))


def test_no_symptom_is_without_its_japanese_counterpart() -> None:
    shown = [text for table in (AWPLUS, CISCO_IOS, CISCO_IOS_AGGRESSIVE, NEC_IX) for text in table.values()]
    assert [text for text in shown if not is_japanese(translate(text) or "")] == []


def test_both_languages_have_the_same_words() -> None:
    assert set(ENGLISH.words) == set(JAPANESE.words)
    assert set(ENGLISH.parameters) == set(JAPANESE.parameters)


def test_every_counterpart_has_a_place_for_what_it_names() -> None:
    for english, japanese in sentences().items():
        holes = english.count("{}")
        named = [int(n) for n in re.findall(r"\{(\d+)\}", japanese)]
        assert max(named, default=-1) < holes, english
        assert japanese.count("{}") <= holes, english


@pytest.mark.parametrize("fault", FAULTS[::5], ids=[fault.name for fault in FAULTS[::5]])
def test_what_is_found_is_said_in_japanese(fault: Fault) -> None:
    report = check([read_configuration(file, text) for file, text in fault.texts().items()])
    said = [r.message for r in report.remarks] + [r.fix for r in report.remarks if r.fix]
    said += [s.shows for pair in report.pairs for m in pair.mismatches for s in m.symptoms]
    assert [text for text in said if not is_japanese(translate(text) or "")] == []


def test_a_fault_is_told_in_an_engineers_japanese() -> None:
    text = render_markdown(checked(ARTICLE, "r1.cfg", " group 2\n", " group 5\n"), JAPANESE)
    assert "DHグループが一致しません" in text
    assert "`group 5`" in text, "what the file says stays as it is"
    assert "does not fit" not in text
    assert "3DESは廃止予定、MD5は使用禁止、" in text, "each of a list is a sentence"


def test_what_is_not_known_is_none() -> None:
    assert translate("the moon is made of green cheese") is None


@pytest.mark.parametrize(
    ("below", "english", "japanese"),
    [
        (1, "the line that belongs to it is left out", "これに属する行は無視します"),
        (3, "the 3 lines that belong to it are left out", "これに属する3行は無効です"),
    ],
)
@pytest.mark.parametrize(
    ("dialect", "wrong"),
    [
        ("nec-ix", "interfase GigaEthernet1.0"),
        ("cisco-ios", "crypto isakmp polcy 10"),
        ("awplus", "crypto isakmp polcy 10"),
    ],
)
def test_one_line_is_one_and_several_are_counted(
    dialect: str, wrong: str, below: int, english: str, japanese: str
) -> None:
    text = wrong + "\n" + " x\n" * below + "!\n"
    finding = next(f for f in by_name(dialect).lower(text, "r.cfg").findings if "belong" in f.message)
    assert english in finding.message
    assert japanese in (translate(finding.message) or "")
