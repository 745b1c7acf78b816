"""NumPy's float32 product on one thread: python3 product.py M K N. Prints the best of 10 in GFLOP/s."""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402

m, k, n = map(int, sys.argv[1:4])
a = np.random.default_rng(0).normal(size=(m, k)).astype(np.float32)
b = np.random.default_rng(1).normal(size=(k, n)).astype(np.float32)
cpus = []
for _ in range(10):
    begin = time.process_time()
    a @ b
    cpus.append(time.process_time() - begin)
print(json.dumps({"rate": 2 * m * k * n / min(cpus) / 1e9}))
