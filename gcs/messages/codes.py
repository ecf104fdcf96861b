"""What numbers that stand for something are called: `7` is LANDED, bit 1 is ATTITUDE."""

from __future__ import annotations

from gcs.messages.base import Message


class Codes(Message, frozen=True):
    """The names of a parameter's codes, or of its bits from the lowest on; both may be empty.

    A code's own name goes before those of its bits. A number without a name stays a number.
    """

    names: tuple[tuple[int, str], ...] = ()
    bits: tuple[str, ...] = ()

    def name(self, value: float) -> str | None:
        """The name of a code; None where there is none."""
        for code, name in self.names:
            if code == value:
                return name
        return None

    def say(self, value: float) -> str | None:
        """The name of a code, or `5: ATTITUDE+POSITION` for bits; None where there is none."""
        name = self.name(value)
        if name is not None or not self.bits:
            return name
        if not 0 < value < 1 << len(self.bits) or value != int(value):
            return None
        these = [name for place, name in enumerate(self.bits) if int(value) >> place & 1]
        return f"{int(value)}: {'+'.join(these)}"

    def read(self, text: str) -> int | None:
        """The code of a name, in whatever case it is typed; None for any other text."""
        typed = text.strip().casefold()
        return next((code for code, name in self.names if name.casefold() == typed), None)


UNNAMED = Codes()
"""Of what is a quantity, not a code."""
