"""What 1, 10 and 100 million samples would take on a cluster, from measured rates: a calculation, not a measurement.

usage: python bench/cluster-size.py [FEATURES] [MODULES]      (default 1000 16; prints a table in Markdown)

Rates, each with where it was measured (docs/lab):
- FIT: processor seconds of associations and factorization a fit, sample and pair of features: 12.0 s for three fits of 20,000 x 784 (shards.md).
  Taken to grow with samples and with the square of features; sparse tables are taken to cost as much as dense ones.
- HERE: processor seconds a sample in the process that is started: of 210 s for 4,000,000 x 1,000 (cluster.md) all but the fit: 6.7 reading, 94 localities,
  19 description and signs, 26 scores, 49 writing; localities of two more fits of nine tenths of the samples (replication); and 33 s for 400,000
  x 1,000 in significance, which places three fits and draws. On 2 threads; taken to grow with samples and not to shrink with workers.
- ROWS: processor seconds a sample of correlating, scoring and reading ranges in workers: 68 of the 101 s of two workers in the same run; in JavaScript, so
  that a worker is taken to use one core for them. Without workers the calling thread does it.
- READ: stored values a second that a thread reads of parts: 9.5 million in 1.9 processor seconds (cluster.md); a dense value is taken to cost a fourth.
- BRIDGE: bytes a second through the bridge: 8 shards x (400 kB out and 400 kB in) in 122 ms on a machine at a load of 20 (cluster.md).
- ROUND: seconds of a round of 400 bytes, the same run. ROUNDS and SWEEPS: 104 rounds and 34 sweeps in the six fits of a run (cluster.md).
Assumed: workers of 16 cores that speed up as 0.8 x 16; at most 16 workers, as there are at most 16 segments, in four groups: up to
four workers send four sums a sweep, more of them 16; workers read the parts of
the pre-pass, so that no row is moved: each row by 1.1 workers a fit, and by the process that is started six times, on one thread each. 5% of a
sparse table is stored. Without workers the table is held in one process, which reads it once.
"""

from __future__ import annotations

import sys

FITS, ROUNDS, SWEEPS, SEGMENTS, GROUPS = 6, 104, 34, 16, 4
FIT = 12.0 / 3 / 20_000 / 784**2
HERE = (6.7 + 94 + 19 + 26 + 49 + 2 * 0.9 * 94) / 4e6 + 33 / 4e5
ROWS = 68 / 4e6
BRIDGE = 8 * 800_000 / 0.122
ROUND = 0.055
SPEEDUP, TOUCHED, STORED = 0.8 * 16, 1.1, 0.05
READ, PASSES = 9.5e6 / 1.9, 6


def costs(samples: float, features: int, modules: int, workers: int, sparse: bool) -> dict[str, float]:
    """Seconds and bytes of a run; 0 workers is one process with 16 cores."""
    row = 8 * STORED * features if sparse else 4 * features
    fits = FITS * FIT * samples * features**2 / SPEEDUP / max(1, workers)
    values = samples * features * (STORED if sparse else 0.25)
    read = (PASSES + FITS * TOUCHED / workers if workers else 1) * values / READ
    sent = GROUPS if workers <= GROUPS else SEGMENTS
    sums = SWEEPS * sent * modules * features * (features - 1) / 2 * 4 if workers else 0
    moved = sums / BRIDGE + ROUNDS * ROUND if workers else 0
    return {
        "fits": fits,
        "here": (HERE + ROWS / max(1, workers)) * samples,
        "moved": moved,
        "read": read,
        "gigabytes_sums": sums / 1e9,
        "table": samples * row / 1e9,
    }


def main() -> None:
    features = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    modules = int(sys.argv[2]) if len(sys.argv) > 2 else 16
    print(f"{features} features, {modules} modules\n")
    print(
        "| samples | table | workers | fits, h | reading, h | moving, h | the rest, h | all, h | sums moved, GB | table, GB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for samples in (1e6, 1e7, 1e8):
        for sparse in (True, False):
            for workers in (0, 4, 16):
                c = costs(samples, features, modules, workers, sparse)
                hours = [c[name] / 3600 for name in ("fits", "read", "moved", "here")]
                values = [*hours, sum(hours)]
                cells = [f"{samples:,.0f}", "sparse" if sparse else "dense", str(workers or "none")]
                cells += [f"{value:.2f}" for value in values]
                cells += [f"{c[name]:,.1f}" for name in ("gigabytes_sums", "table")]
                print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
