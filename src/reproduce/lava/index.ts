/** The LAVA studies by name. */

import type { Study } from '../study.js';
import { plantedStudy } from './planted-study.js';
import { realStudy } from './real-study.js';
import { stabilityStudy } from './stability-study.js';

export const lavaStudies: Readonly<Record<string, Study>> = {
  'lava-planted': plantedStudy,
  'lava-stability': stabilityStudy,
  'lava-mnist': realStudy({
    title: 'LAVA on handwritten digits',
    summary: 'modules of pixels that move together on a map of digits, over seeds, beside baselines',
    sets: ['mnist'],
    rows: 20_000,
    modules: 16,
    localitySize: 200,
    image: { width: 28, height: 28 },
  }),
  'lava-cells': realStudy({
    title: 'LAVA on cells',
    summary: 'gene programmes on maps of cells, over seeds, beside baselines',
    sets: ['pbmc'],
    rows: 10_000,
    modules: 12,
    localitySize: 150,
    image: null,
  }),
};
