"""A bucket as a textbook has it: a level that rises with time. Slow, exact, and nothing like GCRA."""

from fractions import Fraction

from tenants.throttling.rules import Limit


class PlainBucket:
    def __init__(self, limit: Limit, *, now: int) -> None:
        self.limit = limit
        self.level = Fraction(limit.count)
        self.at = now

    def rise(self, now: int) -> None:
        self.level = min(Fraction(self.limit.count), self.level + Fraction(now - self.at, self.limit.interval))
        self.at = now

    def has(self, cost: int) -> bool:
        return self.level >= cost

    def take(self, cost: int) -> None:
        self.level = min(Fraction(self.limit.count), self.level - cost)

    def wait(self, cost: int) -> int:
        return int(max(Fraction(0), (cost - self.level) * self.limit.interval))

    @property
    def reset(self) -> int:
        return int((self.limit.count - self.level) * self.limit.interval)
