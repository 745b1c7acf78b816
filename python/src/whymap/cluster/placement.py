"""Which worker has which shard. It only saves time: what a shard keeps is a cache, and any worker gives the same answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


class Placement:
    """Shards stay where they are as long as their worker lives, and move when others have fewer."""

    def __init__(self) -> None:
        self._workers: list[str] = []
        self._at: dict[int, str] = {}

    @property
    def workers(self) -> list[str]:
        return list(self._workers)

    def worker_of(self, shard: int) -> str | None:
        """The worker of a shard: where it is, or, of those with the fewest shards, the first. None without workers."""
        if self._at.get(shard) not in self._workers:
            if not self._workers:
                return None
            self._at[shard] = self._emptiest()
        return self._at[shard]

    def moved(self, shard: int, worker: str) -> None:
        """Tells where the engine ran a shard's step: where its own worker was lost, on another."""
        if worker in self._workers:
            self._at[shard] = worker

    def update(self, workers: Iterable[str]) -> None:
        """Takes the workers that there are now; shards go to new ones until none has two more than another."""
        self._workers = sorted(workers)
        if not self._workers:
            return
        for shard in self._at:
            self.worker_of(shard)
        while True:
            counts = self._counts()
            fullest = max(self._workers, key=lambda worker: counts[worker])
            emptiest = self._emptiest()
            if counts[fullest] - counts[emptiest] < 2:
                return
            self._at[max(shard for shard, worker in self._at.items() if worker == fullest)] = emptiest

    def _counts(self) -> Counter[str]:
        return Counter(worker for worker in self._at.values() if worker in self._workers)

    def _emptiest(self) -> str:
        counts = self._counts()
        return min(self._workers, key=lambda worker: counts[worker])
