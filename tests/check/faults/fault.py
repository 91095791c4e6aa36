"""One thing wrong in one file of a good pair, and what it comes to."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.check.faults.site import SITES, SITES_IPV6, SITES_NAT, Site


class Outcome(enum.Enum):
    """What becomes of the pair, on a bench as in `check`."""

    NO_TUNNEL = "no tunnel"
    NO_TRAFFIC = "no traffic"
    DIES_AT_REKEY = "dies at rekey"
    COMES_UP = "comes up"


@dataclass(frozen=True, slots=True)
class Found:
    """What `check` says: the rule, the beginning of a line of the faulty file that it names, the outcome."""

    rule: str
    line: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Edit:
    """A fault as one template's language has it: `old`, which is there once, becomes `new`.

    `beside`: what is found instead where the other end is of that template; None: no fault beside that one.
    `$words` stand for the site's values, as in the templates.
    """

    name: str
    old: str
    new: str
    found: Found
    beside: Mapping[str, Found | None] = field(default_factory=dict)

    def applies_to(self, other: str) -> bool:
        """Is it a fault when the other end is of this template?"""
        return self.beside.get(other, self.found) is not None


@dataclass(frozen=True, slots=True)
class GoodPair:
    """Two templates whose routers get on. `name`: `nec-ikev1+cisco-ikev1`. `nat`: there is one before `a`."""

    a: str
    b: str
    nat: bool = False

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.a}+{self.b}"

    @property
    def sites(self) -> tuple[Site, Site]:
        """Who they are."""
        if self.nat:
            return SITES_NAT
        return SITES_IPV6 if "ipv6" in self.a else SITES

    @property
    def files(self) -> tuple[str, str]:
        """The names of the files; the first one's router is naha, the other one's nago."""
        a, b = self.sites
        return f"{a.name}.cfg", f"{b.name}.cfg"

    def texts(self) -> dict[str, str]:
        """The configurations by the names of their files."""
        texts = (site.text(template) for site, template in zip(self.sites, (self.a, self.b), strict=True))
        return dict(zip(self.files, texts, strict=True))


@dataclass(frozen=True, slots=True)
class Fault:
    """An edit in one file of a pair. `site`: whose file, 0 or 1."""

    pair: GoodPair
    site: int
    edit: Edit

    @property
    def name(self) -> str:
        """What it is called: the pair, the router, the fault."""
        return f"{self.pair.name}:{self.pair.sites[self.site].name}:{self.edit.name}"

    @property
    def file(self) -> str:
        """The file with the fault."""
        return self.pair.files[self.site]

    @property
    def found(self) -> Found:
        """What `check` says, with this site's values in the line."""
        templates = self.pair.a, self.pair.b
        found = self.edit.beside.get(templates[1 - self.site], self.edit.found)
        assert found is not None
        return Found(found.rule, self.pair.sites[self.site].filled(found.line), found.outcome)

    def texts(self) -> dict[str, str]:
        """Both configurations, one of them with the fault."""
        texts, site = self.pair.texts(), self.pair.sites[self.site]
        old, new = site.filled(self.edit.old), site.filled(self.edit.new)
        count = texts[self.file].count(old)
        assert count == 1, f"{self.name}: {old!r} is {count} times in {self.file}"
        return texts | {self.file: texts[self.file].replace(old, new)}
