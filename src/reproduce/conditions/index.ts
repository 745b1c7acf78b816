/** The studies of conditions by name. */

import type { Study } from '../study.js';
import { conditionsIfnb } from './ifnb-study.js';
import { conditionsKidney } from './kidney-study.js';
import { conditionsPlanted } from './planted-study.js';

export const conditionStudies: Readonly<Record<string, Study>> = {
  'conditions-planted': conditionsPlanted,
  'conditions-kidney': conditionsKidney,
  'conditions-ifnb': conditionsIfnb,
};
