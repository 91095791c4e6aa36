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


SHA_CRYPT = {
    "SHA-256": "$5$saltsalt$OIdfjX.u4Y3SJ4I2bX8w5BMf1VAUhHABNUirScDzZi3",
    "SHA-512": "$6$saltsalt$8iYtNHxjWRl.NF6oNZ5tF.iKFlQREaXBLlSmZKP6dy9l5z3vsooWNW0/GZ6Nej73/TFug6pIPSqbJoCT6dfnj.",
}


@pytest.mark.parametrize("written", SHA_CRYPT.values(), ids=SHA_CRYPT)
def test_newer_alliedware_plus_writes_them_by_sha_2(written: str) -> None:
    accounts = read_accounts(f"username manager privilege 15 password 8 {written}", "awplus")
    assert accounts.login("manager", "hunter2")
    assert accounts.login("manager", "hunter3") is None
    assert accounts.login("manager", written) is None


@pytest.mark.parametrize(
    "written",
    ["$6$rounds=999999999$saltsalt$x", "$6$$x", "$7$saltsalt$x", "$5$", "*0", "$6$salt$", "$2b$04$x"],
)
def test_what_is_no_hash_or_would_take_for_ever_opens_to_nobody(written: str) -> None:
    accounts = read_accounts(f"username manager privilege 15 password 8 {written}", "awplus")
    assert accounts.login("manager", "hunter2") is None
    assert accounts.login("manager", written) is None


def test_what_is_typed_in_clear_is_kept_hashed_on_alliedware_plus() -> None:
    desk = Desk("awplus")
    desk.type("conf t", "username manager privilege 15 password hunter2")
    text = desk.changes.text
    assert "hunter2" not in text
    assert "username manager privilege 15 password 8 $5$" in text
    assert read_accounts(text, "awplus").login("manager", "hunter2")


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
