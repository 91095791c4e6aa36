"""The words that devices share for syslog's severities and facilities."""

from kakehashi.model.logging import Facility, Severity

# As Cisco IOS and AlliedWare Plus write them.
LEVELS: dict[str, tuple[Severity, str]] = {
    "emergencies": (Severity.EMERGENCY, "The system is unusable"),
    "alerts": (Severity.ALERT, "Something has to be done at once"),
    "critical": (Severity.CRITICAL, "Critical conditions"),
    "errors": (Severity.ERROR, "Errors"),
    "warnings": (Severity.WARNING, "Warnings"),
    "notifications": (Severity.NOTICE, "Normal, but of note"),
    "informational": (Severity.INFO, "Information"),
    "debugging": (Severity.DEBUG, "Every message"),
}
_FACILITIES = {
    Facility.KERN: "The kernel",
    Facility.USER: "Users' programs",
    Facility.MAIL: "Mail",
    Facility.DAEMON: "System daemons",
    Facility.AUTH: "Authorization",
    Facility.SYSLOG: "Syslog itself",
    Facility.LPR: "Printers",
    Facility.NEWS: "News",
    Facility.UUCP: "UUCP",
    Facility.CRON: "The clock daemon",
    Facility.AUTHPRIV: "Authorization, private",
    Facility.FTP: "FTP",
}
FACILITIES: dict[str, tuple[Facility, str]] = {
    f.name.lower(): (f, _FACILITIES.get(f, "For local use")) for f in Facility
}


def word_of(value: object, words: dict[str, tuple[Severity, str]] | dict[str, tuple[Facility, str]]) -> str:
    """The device's word for a value; LookupError."""
    found = next((word for word, (known, _) in words.items() if known == value), None)
    if found is None:
        raise LookupError(value)
    return found
