/** The ARDR studies by name. */

import type { Study } from '../study.js';
import { conjecturesStudy } from './conjectures.js';
import { equivalenceStudy } from './equivalence.js';
import { fastPcaStudy } from './fast-pca.js';
import { isolationStudy } from './isolation.js';
import { lleStudy } from './lle-study.js';
import { recoveryStudy } from './recovery.js';

export const ardrStudies: Readonly<Record<string, Study>> = {
  'ardr-pca': recoveryStudy('pca'),
  'ardr-mds': recoveryStudy('mds'),
  'ardr-isomap': recoveryStudy('isomap'),
  'ardr-fast-pca': fastPcaStudy,
  'ardr-lle': lleStudy,
  'ardr-equivalence': equivalenceStudy,
  'ardr-isolation': isolationStudy,
  'ardr-conjectures': conjecturesStudy,
};
