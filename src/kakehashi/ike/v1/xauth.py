"""XAUTH: a user logs in after phase 1 (draft-beaulieu-ike-xauth-02). Here is what stands in its messages.

server                                            client
REQUEST(TYPE, USER_NAME, USER_PASSWORD)  -->
<--      REPLY(TYPE, USER_NAME, USER_PASSWORD)
SET(STATUS)                              -->
<--      ACK(STATUS)
"""

import hashlib
import hmac
from collections.abc import Iterable

from kakehashi.model.ikev1 import XauthUser
from kakehashi.wire.registry.ikev1 import ConfigurationAttribute as Name
from kakehashi.wire.registry.ikev1 import ConfigurationType, XauthStatus, XauthType
from kakehashi.wire.v1.attributes import Attribute
from kakehashi.wire.v1.configuration import Configuration

_FIRST, _LAST = Name.XAUTH_TYPE, Name.XAUTH_ANSWER


def is_about(configuration: Configuration) -> bool:
    """Is it XAUTH, and not mode configuration?"""
    return any(_FIRST <= a.type <= _LAST for a in configuration.attributes)


def request(identifier: int) -> Configuration:
    """The server asks who is there. An empty attribute asks."""
    wanted = (Attribute(Name.XAUTH_USER_NAME), Attribute(Name.XAUTH_USER_PASSWORD))
    # The generic type is what is meant where none stands, and clients do not agree whether one may.
    return Configuration(ConfigurationType.REQUEST, identifier, wanted)


def reply(asked: Configuration, login: XauthUser) -> Configuration | None:
    """The client's answer: what was asked, in that order. None for a way to log in that it does not know."""
    kind = asked.get(Name.XAUTH_TYPE)
    if kind is not None and kind.number != XauthType.GENERIC:
        return None
    answers: dict[int, Attribute] = {
        Name.XAUTH_TYPE: Attribute(Name.XAUTH_TYPE, int(XauthType.GENERIC)),
        Name.XAUTH_USER_NAME: Attribute(Name.XAUTH_USER_NAME, login.name.encode()),
        Name.XAUTH_USER_PASSWORD: Attribute(Name.XAUTH_USER_PASSWORD, login.password.octets),
        Name.XAUTH_PASSCODE: Attribute(Name.XAUTH_PASSCODE, login.password.octets),
    }
    given = tuple(answers[a.type] for a in asked.attributes if a.type in answers)
    return Configuration(ConfigurationType.REPLY, asked.identifier, given)


def cannot(asked: Configuration) -> Configuration:
    """The client knows no way to log in that the server asks for."""
    failed = (Attribute(Name.XAUTH_STATUS, int(XauthStatus.FAIL)),)
    return Configuration(ConfigurationType.REPLY, asked.identifier, failed)


def user_of(answer: Configuration, users: Iterable[XauthUser]) -> XauthUser | None:
    """Who has logged in; None if name or password are wrong. Takes the same time for every answer."""
    name, password = answer.get(Name.XAUTH_USER_NAME), answer.get(Name.XAUTH_USER_PASSWORD)
    given = _digest(b"" if name is None else name.octets, b"" if password is None else password.octets)
    found = None
    for user in users:
        is_right = hmac.compare_digest(_digest(user.name.encode(), user.password.octets), given)
        if is_right and user.password.octets:
            found = user
    return found


def name_in(answer: Configuration) -> str:
    """The name that was given, for the log."""
    attribute = answer.get(Name.XAUTH_USER_NAME)
    text = "" if attribute is None else attribute.octets[:64].decode(errors="replace")
    return text if text.isprintable() else repr(text)


def status(identifier: int, ok: bool) -> Configuration:
    """The server says whether it believes."""
    said = XauthStatus.OK if ok else XauthStatus.FAIL
    return Configuration(ConfigurationType.SET, identifier, (Attribute(Name.XAUTH_STATUS, int(said)),))


def _digest(name: bytes, password: bytes) -> bytes:
    """What has one length whatever is compared."""
    return hashlib.sha256(hashlib.sha256(name).digest() + hashlib.sha256(password).digest()).digest()
