"""The control socket: bounded, for its owner only, and it always answers."""

import asyncio
import socket
import stat
from pathlib import Path

import pytest

from kakehashi.gateway import client
from kakehashi.gateway.control import Answer, Control, Request, decode, failure
from kakehashi.gateway.errors import GatewayError


async def echo(request: Request) -> Answer:
    if request.command == "no":
        return failure("it will not")
    return {"ok": True, "text": " ".join(request.words)}


async def served(path: Path, *questions: object) -> list[object]:
    """Ask as a client in a thread of its own would."""
    control = Control(path, echo)
    await control.start()
    try:
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(None, question) for question in questions]  # type: ignore[arg-type]
    finally:
        await control.stop()


def test_a_request_is_answered_over_a_socket_of_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    modes, answer = asyncio.run(
        served(
            path,
            lambda: stat.S_IMODE(path.stat().st_mode),
            lambda: client.ask(path, Request("show", ("ikev2", "sa"))),
        )
    )
    assert modes == 0o600
    assert answer == {"ok": True, "text": "ikev2 sa"}
    assert not path.exists()


def test_a_refusal_is_an_error_of_the_client(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"

    def refused() -> str:
        with pytest.raises(GatewayError) as caught:
            client.ask(path, Request("no"))
        return str(caught.value)

    assert asyncio.run(served(path, refused)) == ["it will not"]


def raw(path: Path, octets: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(path))
        try:
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(1000)
        except OSError:
            return b""


def test_nonsense_is_answered_and_endless_nonsense_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    nonsense, endless, silent, again = asyncio.run(
        served(
            path,
            lambda: raw(path, b"what?\n"),
            lambda: raw(path, b"x" * 40_000_000),
            lambda: raw(path, b""),
            lambda: raw(path, Request("show", ("still", "here")).encode()),
        )
    )
    assert b"not a request" in nonsense  # type: ignore[operator]
    assert endless == b""
    assert silent == b""
    assert b"still here" in again  # type: ignore[operator]


@pytest.mark.parametrize(
    "line",
    [
        b"1",
        b"{}",
        b'{"command": 1}',
        b'{"command": "show", "words": "ikev2"}',
        b'{"command": "x", "words": [1]}',
        b"[" * 16_000,
    ],
)
def test_only_requests_are_requests(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"request|words|column|nested"):
        decode(line)


def test_a_fault_is_an_answer_too(tmp_path: Path) -> None:
    async def story() -> bytes:
        async def faulty(_: Request) -> Answer:
            raise KeyError("a secret")

        control = Control(tmp_path / "a.sock", faulty)
        await control.start()
        question = Request("show").encode()
        answer = await asyncio.get_running_loop().run_in_executor(None, raw, tmp_path / "a.sock", question)
        await control.stop()
        return answer

    answer = asyncio.run(story())
    assert b"KeyError" in answer
    assert b"secret" not in answer


def test_only_a_socket_of_ours_is_replaced_or_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("not a socket")

    async def story() -> None:
        control = Control(path, echo)
        with pytest.raises(OSError, match=r"in use|exists"):
            await control.start()
        await control.stop()

    asyncio.run(story())
    assert path.read_text() == "not a socket"


def test_requests_survive_the_wire() -> None:
    request = Request("show", ("ikev2", "sa"), as_json=True, with_keys=True)
    assert decode(request.encode()) == request


def test_one_running_gateway_is_found_several_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match="no gateway is running"):
        client.find(tmp_path, None)
    (tmp_path / "dead.sock").touch()
    with socket.socket(socket.AF_UNIX) as tokyo, socket.socket(socket.AF_UNIX) as osaka:
        tokyo.bind(str(tmp_path / "tokyo.sock"))
        tokyo.listen()
        assert client.find(tmp_path, None) == tmp_path / "tokyo.sock"
        osaka.bind(str(tmp_path / "osaka.sock"))
        osaka.listen()
        with pytest.raises(GatewayError, match=r"osaka, tokyo.*--gateway"):
            client.find(tmp_path, None)
        assert client.find(tmp_path, "osaka") == tmp_path / "osaka.sock"
        with pytest.raises(GatewayError, match="running: osaka, tokyo"):
            client.find(tmp_path, "kyoto")
