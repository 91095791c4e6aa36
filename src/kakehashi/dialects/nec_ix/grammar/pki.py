"""The commands about certificates (manual 2.25.8.1.2).

The manual shows one line, `pki cert import pem name NAME url file:PATH`, and names the others; their grammar
is ours, formed alike.
"""

from kakehashi.dialects.grammar import Argument, Command, Negation, Optional, Pattern, Support, Word
from kakehashi.dialects.kinds import Text

_PKI = Word("pki", "Certificates")
_CERT = Word("cert", "Certificates")
_IMPORT = Word("import", "Keep a file in the device's storage")
_NAME: tuple[Pattern, ...] = (
    Word("name", "What it is called here"),
    Argument("name", Text("the name of a certificate"), "Its name"),
)
_URL: tuple[Pattern, ...] = (
    Word("url", "Where it comes from"),
    Argument("url", Text("file:PATH"), "The file, as `file:PATH`"),
)

PKI: tuple[Command, ...] = (
    Command(
        key="pki cert import",
        pattern=(_PKI, _CERT, _IMPORT, Word("pem", "A file in PEM"), *_NAME, *_URL),
        help="Keep a certificate, with its key if the file has it",
        negation=Negation.REMOVES,
    ),
    Command(
        key="pki pkcs12 import",
        pattern=(
            _PKI,
            Word("pkcs12", "A file of PKCS #12"),
            _IMPORT,
            *_NAME,
            *_URL,
            Optional(
                Word("password", "What the file is encrypted with"),
                Argument("password", Text("the password"), "The password", secret=True),
            ),
        ),
        help="Keep a certificate with its key, and the authorities that came along",
    ),
    Command(
        key="pki cert erase",
        pattern=(_PKI, _CERT, Word("erase", "Forget a certificate"), *_NAME),
        help="to erase a certificate from a file (it is typed at the console; `kakehashi pki erase` does it)",
        support=Support.NOT_YET,
    ),
)
