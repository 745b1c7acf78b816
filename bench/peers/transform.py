"""openTSNE on a file of float32 rows, and new samples on its map: python transform.py OLD.npy NEW.npy MAP.npy PLACED.npy [SEED].

Defaults, 2 threads. Prints seconds and CPU seconds of either part.
"""

import json
import os
import sys
import time

import numpy as np
from openTSNE import TSNE

old, new = np.load(sys.argv[1]), np.load(sys.argv[2])
seed = int(sys.argv[5]) if len(sys.argv) > 5 else 0


def timed(work):
    wall, cpu = time.perf_counter(), sum(os.times()[:2])
    made = work()
    return made, {"wall": time.perf_counter() - wall, "cpu": sum(os.times()[:2]) - cpu}


embedding, fit = timed(lambda: TSNE(n_jobs=2, random_state=seed).fit(old))
placed, transform = timed(lambda: embedding.transform(new))
# transform moves the map to its middle: the map is written as it is then
np.save(sys.argv[3], np.asarray(embedding, dtype=np.float32))
np.save(sys.argv[4], np.asarray(placed, dtype=np.float32))
print(json.dumps({"fit": fit, "transform": transform}))
