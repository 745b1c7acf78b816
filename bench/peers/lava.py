"""The LAVA of src/lava in NumPy, SciPy and scikit-learn, as a person would write it: the peer of bench/run.mjs.

Same steps and rules: probes by weighted k-means at alpha = 0, beta = 2 (no tuning: in the peer's favor), debiased
squares of local correlations with the support rule and the noise gate, greedy peel with projected power
iteration, merge and prune, block coordinate descent. Dense float32 arrays, vectorized over localities.

    python3 lava.py FEATURES.npy EMBEDDING.npy SIZE OVERLAP MODULES

Prints one JSON line: seconds by stage, CPU seconds, peak memory in bytes, share of association explained.
"""

import json
import resource
import sys
import time

import numpy as np
from scipy.optimize import nnls
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors

POWER_ITERATIONS = 8
CANDIDATES = 24
POLISH = 2
SWEEPS = 10
TOLERANCE = 0.01


def localities(embedding, size, overlap):
    count = int(np.ceil(len(embedding) * overlap / size))
    finder = NearestNeighbors(n_neighbors=size, n_jobs=2).fit(embedding)
    distances, _ = finder.kneighbors(embedding)
    weights = 1 / np.maximum(distances.mean(1), 1e-12) ** 2
    probes = KMeans(count, n_init=1, max_iter=25, random_state=0).fit(embedding, sample_weight=weights).cluster_centers_
    return finder.kneighbors(probes, return_distance=False)


def associations(features, members, support, gate):
    n = members.shape[1]
    d = features.shape[1]
    result = np.zeros((len(members), d, d), np.float32)
    for l, rows in enumerate(members):
        local = features[rows]
        median = np.sort(local, axis=0)[(n - 1) // 2]
        kept = np.flatnonzero((local != median).sum(0) >= support)
        rho2 = np.corrcoef(local[:, kept], rowvar=False).astype(np.float32) ** 2
        rho2[rho2 < gate**2 / (n - 1)] = 0
        values = np.maximum(0, rho2 - 1 / (n - 1))
        np.fill_diagonal(values, 0)
        result[l][np.ix_(kept, kept)] = values
    return result


def gram(u):
    """Products of the modules' pair patterns, pairs i < j."""
    square = u * u
    return np.maximum(0, ((u @ u.T) ** 2 - square @ square.T) / 2)


def products(a, u):
    """<A_l, u_k u_k'> over pairs i < j: localities x modules."""
    return np.stack([((a @ v) @ v) / 2 for v in u], 1)


def presences(s, b):
    p = np.zeros_like(b)
    root = np.linalg.cholesky(s + 1e-9 * np.trace(s) / len(s) * np.eye(len(s))).T
    for l in range(len(b)):
        p[l] = nnls(root, np.linalg.solve(root.T, b[l]))[0]
    return p


def sweep(u, k, full, q):
    """Exact coordinate steps over the loadings of module k."""
    v = u[k]
    others = [j for j in range(len(u)) if j != k and q[k, j] != 0]
    image = full @ v
    overlaps = u[others] @ v
    square = v @ v
    for i in range(len(v)):
        old = v[i]
        rest = square - old * old
        if not q[k, k] * rest > 0:
            continue
        entries = u[others, i]
        slope = image[i] - (q[k, others] * entries) @ (overlaps - old * entries)
        new = max(0.0, slope / (q[k, k] * rest))
        change = new - old
        if change == 0:
            continue
        v[i] = new
        square = rest + new * new
        overlaps = overlaps + change * entries
        image += change * full[i]


def leading(residual):
    """Projected power iteration from each residual's strongest row, all localities at once."""
    best = residual.sum(2).argmax(1)
    v = np.maximum(0, residual[np.arange(len(residual)), best])
    v[np.arange(len(v)), best] = v.max(1)
    for _ in range(POWER_ITERATIONS + 1):
        v /= np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-30)
        image = np.matmul(residual, v[:, :, None])[:, :, 0]
        values = (image * v).sum(1)
        v, last = np.maximum(0, image), v
    return last, values


def peel(a, weights, count):
    d = a.shape[1]
    u = np.zeros((0, d), np.float32)
    p = np.zeros((len(a), 0), np.float32)
    b = np.zeros((len(a), 0), np.float32)
    residual = a.copy()
    for _ in range(count):
        vectors, values = leading(residual)
        order = np.argsort(-values * weights)[:CANDIDATES]
        chosen, gain = None, 0
        for v in vectors[order]:
            own = gram(v[None])[0, 0]
            r = np.maximum(0, ((residual @ v) @ v) / 2)
            if own > 0 and (weights * r * r / own).sum() > gain:
                chosen, gain, weight = v, (weights * r * r / own).sum(), r / own
        if chosen is None:
            break
        u = np.vstack([u, chosen[None]]).astype(np.float32)
        for _ in range(POLISH):
            trial = np.hstack([p, weight[:, None]]).astype(np.float32)
            q = (trial * weights[:, None]).T @ trial
            sweep(u, len(u) - 1, np.tensordot(weights * trial[:, -1], a, 1), q)
        b = np.hstack([b, products(a, u[-1:])])
        p = presences(gram(u), b).astype(np.float32)
        residual = a - np.einsum("lk,ki,kj->lij", p, u, u, optimize=True)
        residual[:, np.arange(d), np.arange(d)] = 0
    return u, p


def merge(u, p, weights, count):
    s = gram(u)
    size = np.sqrt(np.diag(s))
    score = ((weights[:, None] * p * p).sum(0)) * np.diag(s)
    kept = []
    for k in np.argsort(-score):
        if all(s[k, j] < 0.9 * size[k] * size[j] for j in kept):
            kept.append(k)
    return u[kept[:count]]


def refine(a, u, weights, norm):
    before = None
    for _ in range(SWEEPS + 1):
        s = gram(u)
        b = products(a, u)
        p = presences(s, b).astype(np.float32)
        loss = 1 + (weights * (p * (p @ s - 2 * b)).sum(1)).sum() / norm
        if before is not None and before - loss < TOLERANCE * (1 - loss):
            break
        before = loss
        q = (p * weights[:, None]).T @ p
        patterns = np.tensordot((p * weights[:, None]).T, a, 1)
        for k in range(len(u)):
            for _ in range(2):
                sweep(u, k, patterns[k], q)
    return u, p, loss


def main():
    features = np.load(sys.argv[1]).astype(np.float32)
    features = features.reshape(len(features), -1)
    embedding = np.load(sys.argv[2]).astype(np.float32)
    size, overlap, modules = int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
    seconds = {}
    start = time.perf_counter()

    def lap(stage):
        nonlocal start
        now = time.perf_counter()
        seconds[stage] = now - start
        start = now

    begin_cpu = time.process_time()
    members = localities(embedding, size, overlap)
    lap("localities")
    a = associations(features, members, max(10, int(np.ceil(0.1 * size))), 3)
    lap("associations")
    norms = (a * a).sum((1, 2)) / 2
    weights = (1 / (norms + np.median(norms))).astype(np.float32)
    norm = (weights * norms).sum()
    u, p = peel(a, weights, modules + max(4, int(np.ceil(modules / 2))))
    u, p, loss = refine(a, merge(u, p, weights, modules).copy(), weights, norm)
    lap("modules")
    usage = resource.getrusage(resource.RUSAGE_SELF)
    result = {
        "seconds": seconds,
        "total": sum(seconds.values()),
        "cpu": time.process_time() - begin_cpu,
        "peak": usage.ru_maxrss * 1024,
        "localities": len(members),
        "modules": len(u),
        "explained": float(1 - loss),
    }
    print(json.dumps(result))


main()
