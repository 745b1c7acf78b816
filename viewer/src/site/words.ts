/** What happens during a run, and what went wrong, in words for people. */
import type { Problem } from '../compute/messages.js';

const STAGES: Readonly<Record<string, string>> = {
  features: 'Choosing features',
  neighbors: 'Finding neighbors',
  weights: 'Weighing neighbors',
  'spectral start': 'Placing the samples to start',
  embedding: 'Making the map',
  descent: 'Making the map',
  pca: 'Making the map by PCA',
  eigenvectors: 'Solving for the map',
  distances: 'Measuring distances',
  geodesics: 'Measuring distances along the data',
  localities: 'Covering the map with localities',
  placing: 'Covering the map with localities',
  associations: 'Measuring which features move together in each',
  granularity: 'Finding how many modules hold',
  modules: 'Finding the modules',
  description: 'Describing the modules',
  signs: 'Describing the modules',
  scores: 'Scoring the samples',
  significance: 'Testing the modules on other samples',
  replication: 'Fitting the modules anew',
  stability: 'Repeating with other seeds and samples',
  components: 'Preparing to measure trust',
  neighborhoods: 'Measuring how far the map can be trusted',
  measuring: 'Measuring how far the map can be trusted',
};

export function stageName(stage: string): string {
  const found = STAGES[stage] ?? stage.replace(/^reading /, 'Reading ');
  return found.charAt(0).toUpperCase() + found.slice(1);
}

export const seconds = (value: number): string =>
  value < 9.95
    ? `${value.toFixed(1)} s`
    : value < 90
      ? `${Math.round(value)} s`
      : `${Math.round(value / 60)} min`;

export interface ProblemWords {
  readonly title: string;
  readonly sentences: readonly string[];
}

const TITLES: Readonly<Record<string, string>> = {
  shape: 'These data do not fit',
  option: 'A setting does not fit these data',
  format: 'This file cannot be used as it is',
  unsupported: 'This cannot be done here',
  machine: 'The machine could not finish',
};

/** The parts of a problem as sentences. */
export function problemWords({ code, got, expected, remedy }: Problem): ProblemWords {
  if (code === 'memory') {
    return {
      title: 'Not enough memory',
      sentences: [
        'This browser could not hold the data.',
        'Close other pages, keep fewer features (\u201cMost features\u201d), or use the command line, which can use all of the machine\u2019s memory.',
      ],
    };
  }
  if (!(code in TITLES)) {
    return {
      title: 'whymap itself failed',
      sentences: [
        `The message was: ${got}.`,
        'Please report it, with the file\u2019s format and size if you can.',
      ],
    };
  }
  return {
    title: TITLES[code],
    sentences: [`Found: ${got}.`, `Expected: ${expected}.`, `${capital(remedy)}.`],
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
