"""`--dialect` overrules what a file looks like, for all files or for one."""

import pytest

from kakehashi.dialects.choice import parse_choice, recognised
from kakehashi.dialects.registry import UnknownDialectError, recognise

CISCO = "crypto isakmp policy 10\n hash sha\n"


def test_a_name_alone_is_the_language_of_all_files() -> None:
    choice = parse_choice("nec-ix")
    assert choice.or_recognised("a.cfg", CISCO).name == "nec-ix"


@pytest.mark.parametrize("file", ["conf/a.cfg", "a.cfg", "a"])
def test_a_file_may_have_a_language_of_its_own(file: str) -> None:
    choice = parse_choice(["awplus", f"{file}=nec-ix"])
    assert choice.or_recognised("conf/a.cfg", CISCO).name == "nec-ix"
    assert choice.or_recognised("conf/b.cfg", CISCO).name == "awplus"


def test_a_file_of_which_nothing_is_said_is_recognised() -> None:
    choice = parse_choice(["a.cfg=nec-ix"])
    assert choice.of("b.cfg") is None
    assert choice.or_recognised("b.cfg", CISCO).name == "cisco-ios"


def test_the_last_word_holds() -> None:
    assert parse_choice(["a=nec-ix", "a=awplus"]).or_recognised("a", "").name == "awplus"


def test_a_name_with_an_equals_sign_in_it_is_a_file_s() -> None:
    assert parse_choice(["a=b.cfg=awplus"]).or_recognised("a=b.cfg", CISCO).name == "awplus"


def test_faults_are_told() -> None:
    with pytest.raises(UnknownDialectError, match="no dialect is called junos"):
        parse_choice(["a.cfg=junos"])
    with pytest.raises(UnknownDialectError, match=r"names c\.cfg, which is no file"):
        parse_choice(["c.cfg=nec-ix"]).check(["a.cfg", "b.cfg"])


def test_the_sentence_says_by_what_a_language_was_recognised() -> None:
    sentence = recognised("a.cfg", CISCO, recognise(CISCO))
    assert sentence == "a.cfg is Cisco IOS, recognised by `crypto isakmp policy`; --dialect says otherwise"
