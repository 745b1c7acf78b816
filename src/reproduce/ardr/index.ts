/** The ARDR studies by name. */

import type { Study } from '../study.js';
import { conjecturesStudy } from './conjectures.js';
import { fastPcaStudy } from './fast-pca.js';
import { lleStudy } from './lle-study.js';
import { recoveryStudy } from './recovery.js';

export const ardrStudies: Readonly<Record<string, Study>> = {
  'ardr-pca': recoveryStudy('pca'),
  'ardr-mds': recoveryStudy('mds'),
  'ardr-isomap': recoveryStudy('isomap'),
  'ardr-fast-pca': fastPcaStudy,
  'ardr-lle': lleStudy,
  'ardr-conjectures': conjecturesStudy,
};
