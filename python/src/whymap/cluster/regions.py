"""An order of the samples in which those near one another on the map are near one another in the table.

Method: the map is halved at the median of its widest axis, again and again (a kd-tree); the order is that of the leaves. Ties go to the
smaller row, so the order is a function of the map. Cost: rows x log2(rows / leaf) sorts; memory: a few times the map's.
"""

from __future__ import annotations

import numpy as np

LEAF = 256


def region_order(points: np.ndarray) -> np.ndarray:
    """Row numbers in the order of regions; every row once.

    Parameters
    ----------
    points
        Finite coordinates, samples x dimensions.
    """
    order = np.arange(len(points))
    stack = [(0, len(points))]
    while stack:
        low, high = stack.pop()
        if high - low <= LEAF:
            continue
        rows = order[low:high]
        here = points[rows]
        axis = int(np.argmax(np.ptp(here, axis=0)))
        order[low:high] = rows[np.argsort(here[:, axis], kind="stable")]
        middle = (low + high) // 2
        stack += [(low, middle), (middle, high)]
    return order


def part_bounds(samples: int, parts: int) -> np.ndarray:
    """Where each part begins in the order, and the end: parts of the same length to one row, parts + 1 numbers."""
    return np.arange(parts + 1) * samples // parts
