"""pynndescent on a file of float32 rows: python3 neighbors.py ROWS.npy K OUT.npy. Prints seconds and CPU seconds."""

import json
import sys
import time

import numba
import numpy as np

numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
from pynndescent import NNDescent  # noqa: E402

rows = np.load(sys.argv[1])
k = int(sys.argv[2])
NNDescent(rows[:2000], n_neighbors=k + 1, random_state=0)  # compiles
start = time.perf_counter()
begin = time.process_time()
indices, _ = NNDescent(rows, n_neighbors=k + 1, n_jobs=2, random_state=0).neighbor_graph
seconds = time.perf_counter() - start
cpu = time.process_time() - begin
np.save(sys.argv[3], indices.astype(np.float32))
print(json.dumps({"wall": seconds, "cpu": cpu}))
