"""A count of what the fault tests did, told at their end."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Rounds:
    """One kind of fault: for each round how many records were in flight, and how long the recovery took in seconds
    (from the fault until all that was there at that time was committed), where it was measured."""

    in_flight: list[int] = field(default_factory=list)
    recovery: list[float] = field(default_factory=list)
    lost: int = 0

    @property
    def loaded(self) -> int:
        """Rounds with records in flight."""
        return sum(count > 0 for count in self.in_flight)


TOLD: dict[str, Rounds] = defaultdict(Rounds)
"""Fault → its rounds, filled by the tests of a session."""


def table(told: dict[str, Rounds]) -> list[str]:
    """The rounds as a table, and the bound that they put on the rate of loss: after n rounds without a loss it is below
    -ln(0.05)/n, about 3/n, with 95 % confidence."""
    lines = [
        f"{'fault':<34}{'rounds':>8}{'in flight':>11}{'records':>9}{'lost':>6}{'recovery s: median':>20}{'max':>7}"
    ]
    for name, rounds in sorted(told.items()):
        took = f"{median(rounds.recovery):>20.1f}{max(rounds.recovery):>7.1f}" if rounds.recovery else ""
        lines.append(
            f"{name:<34}{len(rounds.in_flight):>8}{rounds.loaded:>11}{sum(rounds.in_flight):>9}{rounds.lost:>6}{took}"
        )
    loaded = sum(rounds.loaded for rounds in told.values())
    if loaded and not any(rounds.lost for rounds in told.values()):
        bound = -math.log(0.05) / loaded
        lines.append(f"{loaded} rounds with records in flight, none lost: rate of loss < {bound:.2%} (95 %)")
    return lines
