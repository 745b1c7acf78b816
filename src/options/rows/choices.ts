/** Choices that several options share. The library's own lists are held equal by test/options. */

export const EMBEDDING_METHODS = ['pca', 'mds', 'isomap', 'lle', 'dk-lle', 'tsne', 'umap'] as const;
export const METRICS = ['euclidean', 'cosine', 'correlation', 'manhattan'] as const;
