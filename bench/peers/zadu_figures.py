"""ZADU's figures of a map: python zadu_figures.py FEATURES.npy MAP.npy K.

Those that whymap has too, all of them exact over all samples and pairs; prints the figures, seconds and CPU seconds of the second
of two runs on a table of which the first, of 500 rows, compiles what is compiled.
"""

import json
import resource
import sys
import time

import numpy as np
from zadu import zadu

features = np.load(sys.argv[1]).astype(np.float64)
features = features.reshape(len(features), -1)
map = np.load(sys.argv[2]).astype(np.float64)
k = int(sys.argv[3])
NAMES = ["trustworthiness_continuity", "mean_relative_rank_error", "local_continuity_meta_criteria"]
PAIRS = ["spearman_rho", "stress", "scale_normalized_stress", "non_metric_stress"]
SPECS = [{"id": name, "params": {"k": k}} for name in NAMES] + [{"id": name} for name in PAIRS]


def figures(x, y):
    found = {}
    for one in zadu.ZADU(SPECS, x).measure(y):
        found.update(one)
    return {name: float(value) for name, value in found.items()}


figures(features[:500], map[:500])
wall, cpu = time.perf_counter(), time.process_time()
found = figures(features, map)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"figures": found, "wall": wall, "cpu": cpu, "peak": peak}))
