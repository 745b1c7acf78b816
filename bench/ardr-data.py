"""Data sets for the ARDR studies from the development pack: python bench/ardr-data.py DEVPACK FOLDER

Writes NAME_X.npy, with labels beside it, as `whymap reproduce ardr-... --data FOLDER` reads them: `mnist` (the first 5,000
digits), `fashion10k`, `cells` (2,638 blood cells x 1,000 genes), `pbmc68k` (700 x 765), `kidney` (5,685 cells x 2,000 genes,
logarithms of counts per 10,000), `banking77` (3,080 sentence vectors), `coil20` (1,440 images), `digits` (1,797 of 8 x 8),
`glove100` (5,000 word vectors), `mammoth` (10,000 points of a skeleton, shuffled), and tables with every column at mean 0 and
deviation 1: `breast_cancer` (569 x 30), `wine` (178 x 13), `winequality` (4,898 x 11).
"""
import json
import sys
from pathlib import Path

import numpy as np

pack, out = Path(sys.argv[1]), Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)


def load(name):
    return np.load(pack / f"{name}.npy")


def read(name):
    return json.loads((pack / f"{name}.json").read_text())


def save(name, values, labels=None):
    np.save(out / f"{name}_X.npy", values)
    if labels is None:
        return
    (out / f"{name}_labels.json").write_text(json.dumps([str(label) for label in labels]))


save("mnist", load("mnist20k_X")[:5000], load("mnist20k_y")[:5000])
save("fashion10k", load("fashion10k_X"), load("fashion10k_y"))
meta = read("pbmc3k_meta")
scale = float(meta["scale"])
save("cells", (load("pbmc3k_1000hvg_lognorm_u16") * scale).astype(np.float32), meta["labels"])
save("pbmc68k", load("pbmc68k_lognorm_f32"), read("pbmc68k_meta")["labels"])
save("banking77", load("banking77_Z_use512"), read("banking77_meta")["labels"])
save("coil20", load("coil20_X"), read("coil20_labels"))
save("digits", load("digits_X"), read("digits_labels"))
save("glove100", load("glove100_5k"))
save("mammoth", np.random.default_rng(0).permutation(load("mammoth3d_10k")))
for name, source in (("breast_cancer", "breast_cancer"), ("wine", "wine"), ("winequality", "winequality_white")):
    table = load(f"{source}_X").astype(np.float64)
    save(name, ((table - table.mean(axis=0)) / table.std(axis=0)).astype(np.float32))
counts = np.zeros((5685, 2000), dtype=np.float32)
starts, columns, values = (load(f"kidney_young_csr_{part}") for part in ("indptr_i32", "indices_u16", "data_u16"))
for row in range(len(counts)):
    counts[row, columns[starts[row] : starts[row + 1]]] = values[starts[row] : starts[row + 1]]
counts *= 1e4 / counts.sum(axis=1, keepdims=True)
save("kidney", np.log1p(counts), read("kidney_young_labels"))
