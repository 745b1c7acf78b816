/** Options of `audit`. */

import { defineOptions } from '../definition.js';
import { EMBEDDING_METHODS, METRICS } from './choices.js';

const AUDIT = ['audit'] as const;

export const auditOptions = defineOptions([
  {
    name: 'method',
    commands: AUDIT,
    group: 'main',
    type: { kind: 'choice', choices: EMBEDDING_METHODS },
    default: null,
    label: 'Method',
    help: 'where no embedding is given: make the map here, and again with other seeds and on permuted data',
  },
  {
    name: 'neighbors',
    commands: AUDIT,
    group: 'main',
    short: 'k',
    type: { kind: 'integer', least: 1 },
    default: 15,
    unit: 'samples',
    label: 'Neighbors',
    help: 'samples in a neighborhood',
  },
  {
    name: 'metric',
    commands: AUDIT,
    group: 'method',
    type: { kind: 'choice', choices: METRICS },
    default: 'euclidean',
    label: 'Metric',
    help: 'distance in the data',
  },
  {
    name: 'scale',
    commands: AUDIT,
    group: 'method',
    type: { kind: 'choice', choices: ['none', 'standard'] },
    default: 'none',
    label: 'Scale',
    help: 'standard: every feature to variance 1',
  },
  {
    name: 'components',
    commands: AUDIT,
    group: 'method',
    type: { kind: 'integer', least: 1 },
    default: 'the features themselves',
    label: 'Principal components',
    help: 'measure distances on so many principal components of the data',
  },
  {
    name: 'sample',
    commands: AUDIT,
    group: 'method',
    type: { kind: 'integer', least: 2 },
    default: 'every sample',
    unit: 'samples',
    label: 'Samples measured',
    help: 'measure only so many samples and give intervals',
  },
  {
    name: 'out',
    commands: AUDIT,
    group: 'output',
    short: 'o',
    type: { kind: 'output', form: 'folder' },
    default: 'whymap-audit',
    label: 'Output folder',
    help: 'where the result is written',
  },
]);
