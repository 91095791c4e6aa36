"""What stops the gateway, said so that its operator can mend it."""


class GatewayError(Exception):
    """`message` says what happened and where; `remedy` what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message
