"""A session of the documents with certificates in it, typed with those of an authority of the tests' own."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from tests.pki.authority import Authority, pem

PAGE = Path(__file__).resolve().parents[2] / "docs" / "certificates.md"
SESSION = re.compile(r"<!-- ([\w-]+) starts with:\n(.*?)-->\n```\n(.*?)```\n", re.DOTALL)
PROMPT = re.compile(r"^[\w.-]+(?:\([\w./-]+\))?[#>](.*)$")
QUESTION = re.compile(
    r"^(.*(?:\(y/n\)|\[yes/no\]|\[no\]|\[confirm\]|\]\?|: ?\[.*\]|password):? )(.*)$", re.IGNORECASE
)
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_PEM = re.compile(r"(-----BEGIN ([A-Z ]+)-----\n).*?(-----END \2-----)", re.DOTALL)
_CHANGING = re.compile(
    r"^(\s*(?:Valid (?:From|To|from|to)  *:|Fingerprint(?: \w+)? *:|Fingerprint : *|start date:|end   date:|Not \w+ *:"
    r"|(?:Certificate )?Serial [Nn]umber.*?:|Serial *:|Validity *:|SHA-?\d+ *:|MD5 *:).*)$",
    re.MULTILINE,
)


@dataclass
class Step:
    """A command as it is printed: `answers` are typed while it runs, "PEM" is a certificate."""

    command: str
    answers: list[str]


def sessions() -> list[tuple[str, str, str]]:
    """The dialect, what the router starts with, and what is shown, of each in the page."""
    return SESSION.findall(PAGE.read_text())


def steps(shown: str) -> Iterator[Step]:
    """The commands of a session with their answers."""
    step: Step | None = None
    for line in shown.splitlines():
        if found := PROMPT.match(line):
            if step is not None:
                yield step
            step = Step(found[1], [])
        elif step is not None and line == _BEGIN:
            step.answers.append("PEM")
        elif step is not None and line == "quit":
            step.answers.append("quit")
        elif step is not None and (question := QUESTION.match(line)):
            step.answers.append(question[2])
    if step is not None:
        yield step


def pasted_for(command: str, root: Authority, said: str) -> Sequence[str]:
    """The lines that are pasted: the authority's certificate, or what it has certified of the last request."""
    if "import" not in command:
        return root.pem.decode().strip().splitlines()
    return pem(root.certificate_for(last_request(said))).decode().strip().splitlines()


def last_request(said: str) -> x509.CertificateSigningRequest:
    """As PEM, with its first and last lines or without them."""
    found = re.findall(r"-----BEGIN CERTIFICATE REQUEST-----\n(.*?)\n-----END", said, re.DOTALL)
    found = found or re.findall(r"Certificate Request follows:\n+(.*?)\n+---End", said, re.DOTALL)
    text = f"-----BEGIN CERTIFICATE REQUEST-----\n{found[-1].strip()}\n-----END CERTIFICATE REQUEST-----\n"
    return x509.load_pem_x509_csr(text.encode())


def told(shown: str) -> list[str]:
    """What does not change from one time to the next; findings have tests of their own."""
    shown = _PEM.sub(r"\1...\n\3", shown)
    shown = re.sub(r"(Certificate Request follows:\n\n).*?(\n\n---End)", r"\1...\2", shown, flags=re.DOTALL)
    shown = _CHANGING.sub(lambda found: f"{found[1].split(':')[0].rstrip()}: ...", shown)
    lines = [line.rstrip() for line in shown.splitlines()]
    return [line for line in lines if not (line.startswith("% ") and line.endswith(")"))]


def played(shown: str, root: Authority, say: Callable[[Step, Sequence[str]], str]) -> str:
    """Everything that is shown while the session is typed. `say`: types a command and its answers."""
    said = ""
    for step in steps(shown):
        lines: list[str] = []
        for answer in step.answers:
            lines += pasted_for(step.command, root, said) if answer == "PEM" else [answer]
        said += say(step, lines)
    return said
