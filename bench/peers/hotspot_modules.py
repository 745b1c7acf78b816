"""Hotspot on a table: python hotspot_modules.py FEATURES.npy MAP.npy NEIGHBORS LEAST [FEATURES_AT_MOST].

The steps of its tutorial: graph of neighbors on the map, autocorrelation of each feature, correlation of the pairs of those that
have any (false discovery rate 0.05; at most the given number, by Z), modules. The model is `normal`, for values in logarithms.
Prints seconds of each step, CPU seconds, peak memory, each feature's autocorrelation Z and module (-1: none). A small run goes
before, which compiles.
"""

import contextlib
import json
import resource
import sys
import time

import anndata
import hotspot
import numpy as np

features = np.load(sys.argv[1]).astype(np.float64)
map = np.load(sys.argv[2]).astype(np.float64)
neighbors, least = int(sys.argv[3]), int(sys.argv[4])
most = int(sys.argv[5]) if len(sys.argv) > 5 else None


def modules_of(x, y):
    seconds = {}
    start = time.perf_counter()

    def lap(step):
        nonlocal start
        now = time.perf_counter()
        seconds[step] = now - start
        start = now

    data = anndata.AnnData(x, obsm={"map": y})
    data.obs["total"] = x.sum(1)
    data.var_names = [str(f) for f in range(x.shape[1])]
    spot = hotspot.Hotspot(data, model="normal", latent_obsm_key="map", umi_counts_obs_key="total")
    spot.create_knn_graph(n_neighbors=neighbors, weighted_graph=False)
    lap("neighbors")
    results = spot.compute_autocorrelations(jobs=2)
    lap("autocorrelations")
    chosen = results[results.FDR < 0.05].sort_values("Z", ascending=False).index[:most]
    spot.compute_local_correlations(chosen, jobs=2)
    lap("correlations of pairs")
    modules = spot.create_modules(min_gene_threshold=least, core_only=True, fdr_threshold=0.05)
    lap("modules")
    count = x.shape[1]
    z, module = np.full(count, np.nan), np.full(count, -1)
    z[results.index.astype(int)] = results.Z
    module[modules.index.astype(int)] = modules
    return seconds, z, module


varying = np.flatnonzero(features.max(0) > features.min(0))
features = features[:, varying]
with contextlib.redirect_stdout(sys.stderr):
    first = features[:400, :60]
    modules_of(first[:, first.max(0) > first.min(0)], map[:400])
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = time.process_time()
    wall = time.perf_counter()
    seconds, z, module = modules_of(features, map)
    wall = time.perf_counter() - wall
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = time.process_time() - own + end.ru_utime - begin.ru_utime + end.ru_stime - begin.ru_stime
result = {
    "seconds": seconds,
    "wall": wall,
    "cpu": cpu,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "features": varying.tolist(),
    "z": [None if np.isnan(value) else float(value) for value in z],
    "modules": [int(one) for one in module],
}
print(json.dumps(result))
