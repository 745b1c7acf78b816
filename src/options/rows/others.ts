/** Options of the smaller commands: `demo`, `view`, `query`, `reproduce`. */

import { defineOptions } from '../definition.js';

export const demoOptions = defineOptions([
  {
    name: 'data',
    commands: ['demo'],
    group: 'main',
    type: { kind: 'choice', choices: ['fashion', 'penguins'] },
    default: 'fashion',
    label: 'Data',
    help: 'which of the bundled data sets',
  },
  {
    name: 'out',
    commands: ['demo'],
    group: 'output',
    short: 'o',
    type: { kind: 'output', form: 'folder' },
    default: 'whymap-demo',
    label: 'Output folder',
    help: 'where the result is written',
  },
]);

export const viewOptions = defineOptions([
  {
    name: 'port',
    commands: ['view'],
    group: 'main',
    type: { kind: 'integer', least: 0, most: 65_535 },
    default: 'a free one',
    label: 'Port',
    help: 'port on 127.0.0.1',
  },
]);

export const queryOptions = defineOptions([
  {
    name: 'region',
    commands: ['query'],
    group: 'main',
    type: { kind: 'text', form: 'region' },
    default: null,
    label: 'Region',
    help: 'locality:N, rectangle:X,Y,X,Y, polygon:X,Y;X,Y;X,Y, label:NAME, ids:A,B, rows:0,1, module:M1',
  },
  {
    name: 'and',
    commands: ['query'],
    group: 'main',
    type: { kind: 'text', form: 'region' },
    default: null,
    label: 'Second region',
    help: 'a second region to compare with',
  },
  {
    name: 'features',
    commands: ['query'],
    group: 'main',
    type: { kind: 'file', form: 'file' },
    default: null,
    label: 'Features',
    help: 'the values that were explained, for correlations and signs',
  },
  {
    name: 'feature',
    commands: ['query'],
    group: 'main',
    type: { kind: 'text', form: 'name' },
    default: null,
    label: 'Feature',
    help: 'this feature against all others in the region',
  },
  {
    name: 'pair',
    commands: ['query'],
    group: 'main',
    type: { kind: 'text', form: 'a,b' },
    default: null,
    label: 'Pair',
    help: 'the raw values of two features, inside and outside',
  },
  {
    name: 'format',
    commands: ['query'],
    group: 'output',
    type: { kind: 'choice', choices: ['text', 'csv', 'json'] },
    default: 'text',
    label: 'Format',
    help: 'form of the answer',
  },
]);

export const reproduceOptions = defineOptions([
  {
    name: 'data',
    commands: ['reproduce'],
    group: 'main',
    type: { kind: 'file', form: 'folder' },
    default: null,
    label: 'Data',
    help: 'folder with more data sets: NAME_X.npy, NAME_y.npy or NAME_labels.json; NAME_umap.npy, NAME_features.json',
  },
  {
    name: 'sets',
    commands: ['reproduce'],
    group: 'main',
    type: { kind: 'text', form: 'a,b' },
    default: 'those of the study',
    label: 'Data sets',
    help: 'data sets, separated by commas',
  },
  {
    name: 'rows',
    commands: ['reproduce'],
    group: 'method',
    type: { kind: 'integer', least: 50 },
    default: 'that of the study',
    unit: 'samples',
    label: 'Samples',
    help: 'most samples of each data set',
  },
  {
    name: 'repeats',
    commands: ['reproduce'],
    group: 'method',
    type: { kind: 'integer', least: 1 },
    default: 'that of the study',
    unit: 'runs',
    label: 'Repeats',
    help: 'runs with different seeds',
  },
  {
    name: 'out',
    commands: ['reproduce'],
    group: 'output',
    short: 'o',
    type: { kind: 'output', form: 'folder' },
    default: 'the name of the study',
    label: 'Output folder',
    help: 'where tables and figures are written',
  },
]);
