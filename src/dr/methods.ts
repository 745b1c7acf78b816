/** The table of embedding methods: a method is a row here, with at most one affinity and one law. */

import { prepareIsomap } from './methods/isomap.js';
import { prepareMds } from './methods/mds.js';
import type { Method } from './methods/method.js';
import { preparePca } from './methods/pca.js';
import { prepareTsne } from './methods/tsne.js';
import { prepareUmap } from './methods/umap.js';
import type { MethodName } from './options.js';

export const methods: Partial<Record<MethodName, Method>> = {
  pca: { solves: ['spectral', 'forces'], prepare: preparePca },
  mds: { solves: ['spectral', 'forces'], prepare: prepareMds },
  tsne: { solves: ['forces'], prepare: prepareTsne },
  umap: { solves: ['forces'], prepare: prepareUmap },
  isomap: { solves: ['spectral', 'forces'], prepare: prepareIsomap },
};
