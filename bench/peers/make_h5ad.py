"""Makes an .h5ad with anndata: python3 make_h5ad.py FEATURES.npy MAP.npy META.json|'' OUT.h5ad (see round-trip.mjs)."""
import json
import sys

import anndata
import numpy as np
import pandas as pd
import scipy.sparse

features, embedding, meta, out = sys.argv[1:]
x = np.load(features).astype("f4")
known = json.load(open(meta)) if meta else {}
if "scale" in known:
    x *= np.float32(known["scale"])
names = known.get("genes") or [f"f{i}" for i in range(x.shape[1])]
obs = pd.DataFrame(index=[f"cell-{i}" for i in range(len(x))])
labels = known.get("labels")
if labels is not None and len(labels) == len(x):
    obs["label"] = pd.Categorical([str(label) for label in labels])
adata = anndata.AnnData(scipy.sparse.csr_matrix(x), obs=obs, var=pd.DataFrame(index=pd.Index(names).astype(str)))
adata.obsm["X_umap"] = np.load(embedding).astype("f4")
adata.write_h5ad(out)
print(f"{out}: {x.shape[0]} x {x.shape[1]}, anndata {anndata.__version__}")
