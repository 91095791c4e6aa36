"""Why nothing can be chosen of what a peer offers."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mismatch:
    """For each field without overlap: its name, what is offered, what is allowed.

    `nothing`: what is offered where nothing of it can be compared, in a sentence with `{allower}` in it.
    """

    differences: tuple[tuple[str, str, str], ...]
    nothing: str = field(default="no proposal that {allower} understands", compare=False)

    def sentence(self, offerer: str, allower: str) -> str:
        """`peer A offers encryption X, policy P (file:line) allows Y`, for each difference."""
        if not self.differences:
            return f"{offerer} offers {self.nothing.replace('{allower}', allower)}"
        return "; ".join(
            f"{offerer} offers {name} {offered}, {allower} allows {allowed}"
            for name, offered, allowed in self.differences
        )

    def details(self) -> dict[str, str]:
        """`field`, `offered`, `allowed`, each joined by `; ` where there are several differences."""
        if not self.differences:
            return {}
        fields, offered, allowed = zip(*self.differences, strict=True)
        return {"field": "; ".join(fields), "offered": "; ".join(offered), "allowed": "; ".join(allowed)}
