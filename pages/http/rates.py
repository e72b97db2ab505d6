"""How often one sender may ask something that costs more than a page; kept in memory, and forgotten after a minute."""

from __future__ import annotations

from collections import OrderedDict

#: Senders that are remembered at one time; those that asked longest ago are forgotten first.
MOST_SENDERS = 10_000


class Rates:
    """Counts calls by sender. A sender has so many at once and gets them back one by one over a minute."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, sender: str, now: float) -> float:
        """Count a call. Return 0 if it may go on, else the seconds after which the sender may ask again.

        Args:
            now: seconds of a clock that never goes back.
        """
        left, at = self._left.pop(sender, (float(self.per_minute), now))
        left = min(self.per_minute, left + (now - at) * self.per_minute / 60)
        allowed = left >= 1
        self._left[sender] = (left - 1 if allowed else left, now)
        while len(self._left) > MOST_SENDERS:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / self.per_minute
