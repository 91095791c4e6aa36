"""A server that people dial in to is typed: users stay beside each other, and prompts say where one is."""

from tests.console.desk import Desk


def test_a_second_user_does_not_replace_the_first_on_nec() -> None:
    desk = Desk("nec-ix")
    said = desk.type(
        "configure",
        "ppp profile dial-in",
        "authentication request chap",
        "authentication password ada Enigma-7",
        "authentication password bob Purple-9",
        "authentication password ada Other-1",
        "end",
        "show running-config",
    )
    assert "(config-ppp-dial-in)#" in said
    shown = said.partition("show running-config")[2]
    assert "Enigma-7" not in shown
    for user in ("ada", "bob"):
        assert shown.count(f"authentication password {user}") == 1


def test_the_modes_of_a_group_on_cisco() -> None:
    desk = Desk("cisco-ios")
    said = desk.type(
        "enable",
        "configure terminal",
        "vpdn enable",
        "vpdn-group L2TP",
        "accept-dialin",
        "protocol l2tp",
        "virtual-template 1",
        "exit",
        "no l2tp tunnel authentication",
        "session-limit 9",
        "interface Virtual-Template1",
        "peer default ip address pool One",
        "peer default ip address pool Two",
        "end",
        "show running-config",
    )
    assert "(config-vpdn)#" in said
    assert "(config-vpdn-acc-in)#" in said
    shown = said.partition("show running-config")[2]
    assert " accept-dialin" in shown
    assert "  virtual-template 1" in shown
    assert " session-limit 9" in shown
    assert "pool One" not in shown
