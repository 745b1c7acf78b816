"""A map of a file of float32 rows by another program: python3 embed.py METHOD ROWS.npy OUT.npy [STEPS].

umap2: umap-learn, 2 threads, unseeded. umap1: seeded, so one thread. opentsne: openTSNE (FIt-SNE). tsne: scikit-learn.
torchdr-umap and torchdr-tsne: TorchDR on the processor, with the neighbors and the perplexity of the others. Prints seconds, CPU seconds, peak bytes and the loss.
Compiling is not counted: a small run goes before.
"""

import json
import resource
import sys
import time

import numpy as np

method, rows = sys.argv[1], np.load(sys.argv[2])
steps = int(sys.argv[4]) if len(sys.argv) > 4 else None
loss = None


def umap_of(data):
    import numba
    import umap

    numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
    given = {"random_state": 0, "n_jobs": 1} if method == "umap1" else {"n_jobs": 2}
    return umap.UMAP(n_epochs=steps, **given).fit_transform(data)


def tsne_of(data):
    global loss
    from sklearn.manifold import TSNE

    model = TSNE(init="pca", learning_rate="auto", max_iter=steps or 1000, n_jobs=2)
    map = model.fit_transform(data)
    loss = float(model.kl_divergence_)
    return map


def opentsne_of(data):
    global loss
    from openTSNE import TSNE

    # its defaults: 250 steps of early exaggeration and 500 more
    map = TSNE(negative_gradient_method="fft", n_jobs=2, n_iter=steps or 500, random_state=0).fit(data)
    loss = float(map.kl_divergence)
    return np.asarray(map)


def torchdr_of(data):
    import torch
    import torchdr

    torch.set_num_threads(2)
    # no library of neighbors but PyTorch's own products: they are exact
    given = {"device": "cpu", "backend": None, "random_state": 0}
    if method == "torchdr-umap":
        return torchdr.UMAP(n_neighbors=15, max_iter=steps or 1000, **given).fit_transform(data)
    return torchdr.TSNE(perplexity=30, max_iter=steps or 750, **given).fit_transform(data)


torchdr = {"torchdr-umap": torchdr_of, "torchdr-tsne": torchdr_of}
make = {**torchdr, "tsne": tsne_of, "opentsne": opentsne_of}.get(method, umap_of)
if method in ("opentsne", *torchdr):
    make(rows[:1000])
elif method != "tsne":
    # small ones are compared by other code than large ones
    for count in (1000, 4500):
        make(rows[:count])
begin, cpu = time.perf_counter(), time.process_time()
result = make(rows)
wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
np.save(sys.argv[3], result.astype(np.float32))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "loss": loss}))
