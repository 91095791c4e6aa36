"""A text as a tree: modes in modes, and lines that say something else than they look."""

from collections.abc import Sequence
from dataclasses import replace

from kakehashi.dialects.document import Comment, Item, Statement, Unknown, parse_document
from kakehashi.dialects.grammar import Argument, Command, Grammar, Mode, Optional, Support, Word
from kakehashi.dialects.kinds import Text

NAME = Argument("name", Text())
HOUSE = Command(key="house", pattern=(Word("house"), NAME), help="A house", enters="house")
ROOM = Command(key="room", pattern=(Word("room"), NAME), help="A room", enters="room")
SHED = Command(key="shed", pattern=(Word("shed"),), help="A shed", enters="shed", support=Support.NOT_OURS)
COLOUR = Command(key="colour", pattern=(Word("colour"), NAME), help="Its colour")
HOUSES = Command(key="houses", pattern=(Word("house-count"), NAME), help="How many")
VILLAGE = Command(key="village", pattern=(Word("village"), NAME), help="A village", enters="village")
VIEW = Command(
    key="view",
    pattern=(Word("view"), Optional(Argument("rest", Text(), rest=True))),
    help="What is to be seen",
    support=Support.NOT_OURS,
)
LAMP = Command(key="lamp", pattern=(Word("lamp"),), help="A lamp")
GRAMMAR = Grammar(
    root=Mode(name="root", title="the town", commands=(HOUSE, SHED, VILLAGE)),
    modes=(
        Mode(name="house", title="a house", commands=(ROOM, COLOUR, HOUSES, VIEW)),
        Mode(name="village", title="a village", commands=()),
        Mode(name="room", title="a room", commands=(LAMP,)),
        Mode(name="shed", title="a shed", commands=(), unknown=Support.NOT_OURS),
    ),
)

Shape = list["str | tuple[str, Shape]"]


def shape(items: tuple[Item, ...]) -> Shape:
    """Keys of what was understood, `?` before what was not, comments left out."""
    result: Shape = []
    for item in items:
        match item:
            case Statement():
                result.append((item.key, shape(item.body)) if item.command.enters else item.key)
            case Unknown():
                text = f"? {item.text.strip()}"
                result.append((text, shape(item.body)) if item.body else text)
    return result


def read(text: str) -> Shape:
    return shape(parse_document(text, GRAMMAR).items)


def test_a_line_belongs_to_the_innermost_mode_that_knows_it() -> None:
    assert read("house a\nroom b\nlamp\ncolour red\nroom c\nlamp\nhouse d\n") == [
        ("house", [("room", ["lamp"]), "colour", ("room", ["lamp"])]),
        ("house", []),
    ]


def test_exit_leaves_one_mode_and_end_leaves_all() -> None:
    assert read("house a\nroom b\nexit\nroom c\nend\nroom d\n") == [
        ("house", [("room", []), ("room", [])]),
        "? room d",
    ]


def test_exit_may_be_shortened_where_nothing_else_begins_so() -> None:
    assert read("house a\nroom b\nexi\nex\nhouse c\ncolour red\n") == [
        ("house", [("room", [])]),
        ("house", ["colour"]),
    ]
    extra = replace(COLOUR, key="extra", pattern=(Word("extra"),))
    rooms = tuple(replace(m, commands=(*m.commands, extra)) for m in GRAMMAR.modes)
    items = parse_document("house a\nroom b\nex\nexi\nex\n", replace(GRAMMAR, modes=rooms)).items
    assert shape(items) == [("house", [("room", ["extra"]), "extra"])]


def test_a_misspelt_opener_takes_the_lines_that_it_meant_to_have() -> None:
    assert read("house a\nroom\nlamp\ncolour red\nhuose b\nroom c\n") == [
        ("house", [("? room", ["lamp"]), "colour"]),
        ("? huose b", [("room", [])]),
    ]


def test_what_is_indented_below_a_foreign_line_opens_nothing() -> None:
    assert read("shed\n huose b\n lamp\nhouse c\n") == [("shed", ["? huose b", "? lamp"]), ("house", [])]
    assert read("shed\nhuose b\nroom c\n") == [("shed", []), ("? huose b", [("room", [])])]


def test_a_mode_that_is_not_ours_is_left_by_whole_words_only() -> None:
    assert read("shed\nho a\nlamp\nhouse b\n") == [("shed", ["? ho a", "? lamp"]), ("house", [])]


def test_a_shortened_line_belongs_to_the_mode_where_it_is_whole() -> None:
    assert read("house a\nhouse-c 3\nhouse b\n") == [("house", ["houses"]), ("house", [])]


def test_a_shortened_line_is_rather_ours_than_not() -> None:
    assert read("house a\nvi b\n") == [("house", []), ("village", [])]
    assert read("house a\nvie b\nview c\n") == [("house", ["view", "view"])]


def test_what_a_line_says_may_be_less_than_its_text() -> None:
    def said(lines: Sequence[str]) -> list[str]:
        return [line.partition("#")[2] if "#" in line else line for line in lines]

    document = parse_document("town#house a\ntown# colour red\ntown#\n", GRAMMAR, said)
    assert shape(document.items) == [("house", ["colour"])]
    assert [item.text for item in document.walk()] == ["town#house a", "town# colour red", "town#"]
    assert isinstance(list(document.walk())[-1], Comment)


def test_a_remark_behind_a_command_is_not_a_part_of_it() -> None:
    assert read("house a ! the big one\n colour red !nice\n view ! this belongs to what is to be seen\n") == [
        ("house", ["colour", "view"])
    ]
    (house,) = [i for i in parse_document("house a ! b\n", GRAMMAR).items if isinstance(i, Statement)]
    assert house.get("name") == "a"


def test_what_is_indented_below_a_line_that_nobody_knows_belongs_to_it() -> None:
    assert read("house a\n colour red\nbridge b\n colour grey\n room c\nhouse d\n colour blue\n") == [
        ("house", ["colour"]),
        ("? bridge b", ["? colour grey", "? room c"]),
        ("house", ["colour"]),
    ]
    assert read("house a\n bridge b\n  lamp\n colour red\n") == [
        ("house", [("? bridge b", ["? lamp"]), "colour"]),
    ]


def test_a_line_at_the_margin_leaves_a_mode_whose_lines_were_indented() -> None:
    assert read("shed\n tool a\nho a\n colour red\n") == [
        ("shed", ["? tool a"]),
        ("house", ["colour"]),
    ]


def test_a_line_that_a_terminal_broke_at_its_last_column_is_one() -> None:
    long = "house " + "a" * 74
    assert len(long) == 80
    (house,) = [i for i in parse_document(long + "bcd\n", GRAMMAR).items if isinstance(i, Statement)]
    assert house.get("name") == "a" * 74 + "bcd"
    assert read(long + "\ncolour red\n") == [("house", ["colour"])]
    assert read(long + "\n\nbcd\n") == [("house", ["? bcd"])]
    assert read(long[:-1] + "\nbcd\n") == [("house", ["? bcd"])]


def test_a_misspelt_line_of_a_mode_is_not_a_shortened_one_of_nobody() -> None:
    assert read("house a\n she\n colour red\n") == [("house", ["? she", "colour"])]
    assert read("house a\nshed\n") == [("house", []), ("shed", [])]


def test_what_is_nobody_s_further_out_does_not_end_the_mode_below_which_it_is_indented() -> None:
    assert read("house a\n shed\n  tool b\n colour red\n") == [("house", [("shed", ["? tool b"]), "colour"])]
    assert read("house a\n sheds\n colour red\n") == [("house", ["? sheds", "colour"])]


def test_what_has_begun_as_a_command_of_the_mode_is_none_of_nobody_s_further_out() -> None:
    rest = Optional(Argument("rest", Text(), rest=True))
    colour = replace(VIEW, key="colour of all", pattern=(Word("colour"), rest))
    grammar = replace(GRAMMAR, root=replace(GRAMMAR.root, commands=(*GRAMMAR.root.commands, colour)))
    for wrong in ("colour", " colour", "colour red blue"):
        items = parse_document(f"house a\n{wrong}\nroom c\n", grammar).items
        assert shape(items) == [("house", [f"? {wrong.strip()}", ("room", [])])]
    indented = parse_document("house a\n colour red\ncolour red blue\n", grammar).items
    assert shape(indented) == [("house", ["colour"]), "colour of all"]
