"""What a decision sees of the joint state."""

from __future__ import annotations

from typing import Protocol

from gcs.expressions import View
from gcs.messages import Quality


class JointView(View, Protocol):
    """A View that also says why a value is missing, so that a reason can name it."""

    def quality(self, index: int) -> Quality | int:
        """Quality of a parameter now; anything but GOOD has no value."""
        ...
