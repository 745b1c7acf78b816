/** The table of embedding methods: a method is a row here, with at most one affinity and one law. */

import { prepareDkLle } from './methods/dk-lle.js';
import { prepareIsomap } from './methods/isomap.js';
import { prepareLle } from './methods/lle.js';
import { prepareMds } from './methods/mds.js';
import type { Method } from './methods/method.js';
import { preparePca } from './methods/pca.js';
import { prepareTsne } from './methods/tsne.js';
import { prepareUmap } from './methods/umap.js';
import type { MethodName } from './options.js';

export const methods: Readonly<Record<MethodName, Method>> = {
  pca: { solves: ['spectral', 'forces'], prepare: preparePca },
  mds: { solves: ['spectral', 'forces'], prepare: prepareMds },
  tsne: { solves: ['forces'], prepare: prepareTsne },
  umap: { solves: ['forces'], prepare: prepareUmap },
  lle: { solves: ['spectral', 'forces'], prepare: prepareLle },
  'dk-lle': { solves: ['forces'], prepare: prepareDkLle },
  isomap: { solves: ['spectral', 'forces'], prepare: prepareIsomap },
};
