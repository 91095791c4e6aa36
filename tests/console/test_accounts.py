"""Passwords as the devices write them; the vectors are public ones, or of `openssl passwd`."""

import pytest

from kakehashi.console.accounts import read_accounts
from tests.console.desk import Desk

LINES = {
    "plain": ("username u privilege 15 secret 0 hunter2", "hunter2"),
    "of no type": ("username u privilege 15 password hunter2", "hunter2"),
    "type 7": ("username u privilege 15 password 7 00071A150754", "cisco"),
    "type 5": ("username u privilege 15 secret 5 $1$abcdefgh$vhxKZ/s1ygZHyCEDPyqtQ/", "hunter2"),
    "type 8": (
        "username u privilege 15 secret 8 $8$dsYGNam3K1SIJO$7nv/35M/qr6t.dVc7UY9zrJDWRVqncHub1PE9UlMQFs",
        "cisco",
    ),
    "type 9": (
        "username u privilege 15 secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
        "hashcat",
    ),
}


@pytest.mark.parametrize(("line", "password"), LINES.values(), ids=LINES)
def test_a_password_of_cisco(line: str, password: str) -> None:
    accounts = read_accounts(line, "cisco-ios")
    account = accounts.login("u", password)
    assert account
    assert account.privilege == 15
    assert accounts.login("u", password + "x") is None
    assert accounts.login("u", "") is None
    assert accounts.login("v", password) is None
    assert password not in repr(accounts)


def test_other_devices_write_them_otherwise() -> None:
    awplus = "username manager privilege 15 password 8 $1$abcdefgh$vhxKZ/s1ygZHyCEDPyqtQ/"
    account = read_accounts(awplus, "awplus").login("manager", "hunter2")
    assert account
    assert account.privilege == 15
    nec = "username admin password plain hunter2 administrator\nusername eve password plain look monitor"
    accounts = read_accounts(nec, "nec-ix")
    assert accounts.users["admin"].accepts("hunter2")
    assert accounts.users["admin"].privilege == 15
    assert accounts.users["eve"].privilege == 1
    numbered = read_accounts(
        "username a password plain 1 hunter2 administrator\nusername b password plain 1 administrator",
        "nec-ix",
    )
    assert numbered.users["a"].accepts("hunter2")
    assert not numbered.users["a"].accepts("1")
    assert numbered.users["b"].accepts("1")


def test_without_a_password_nobody_comes_in() -> None:
    accounts = read_accounts("username u privilege 15\nusername v secret 9 nonsense\nhostname x", "cisco-ios")
    assert accounts.login("u", "") is None
    assert accounts.login("v", "nonsense") is None
    assert read_accounts("", "nec-ix").login("admin", "admin") is None


def test_what_is_typed_in_clear_is_kept_hashed() -> None:
    desk = Desk("cisco-ios")
    desk.type(
        "conf t",
        "username u privilege 15 secret hunter2",
        "enable secret 0 open",
        "username v secret 9 $9$a$b",
    )
    text = desk.changes.text
    assert "hunter2" not in text
    assert "secret 9 $9$a$b" in text
    accounts = read_accounts(text, "cisco-ios")
    assert accounts.login("u", "hunter2")
    assert accounts.enable
    assert accounts.enable.accepts("open")
    desk.type("username u privilege 1 secret other")
    assert desk.changes.text.count("username u") == 1
    desk.type("no username u")
    assert read_accounts(desk.changes.text, "cisco-ios").users.keys() == {"v"}


def test_the_password_of_enable() -> None:
    enable = read_accounts("enable secret 5 $1$abcdefgh$vhxKZ/s1ygZHyCEDPyqtQ/", "cisco-ios").enable
    assert enable
    assert enable.accepts("hunter2")
    assert not enable.accepts("hunter3")
