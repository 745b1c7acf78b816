"""Makes data/*/umap.npy: UMAP of the demo data (run after demo-data.mjs).

Versions used: Python 3.11.2, umap-learn 0.5.3, pynndescent 0.5.8, numpy 1.24.2, scikit-learn 1.2.1.
Seed 0, other parameters at their defaults (15 neighbors, min_dist 0.1, 2 dimensions).
"""
import gzip
import numpy as np
import umap


def embed(features):
    return umap.UMAP(random_state=0).fit_transform(features).astype("<f4")


with gzip.open("data/fashion/images.idx.gz") as file:
    pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(2000, 784)
np.save("data/fashion/umap.npy", embed(pixels.astype(np.float32)))

birds = np.loadtxt("data/penguins/penguins.csv", delimiter=",", skiprows=1, usecols=range(2, 6))
standardized = (birds - birds.mean(0)) / birds.std(0)
np.save("data/penguins/umap.npy", embed(standardized))
