/** Everything that is derived once from an explanation and shared by all parts of the page. */
import type { Explanation } from 'whymap';
import { buildGrid, type Grid } from './grid.js';
import { type Cells, cellsOf, type NameAnchor, peaks } from './name-anchors.js';
import { NONE, type PresenceColumn, presenceColumn, strongestModule } from './presence.js';
import { type Drawing, drawing } from './project.js';

export interface Labels {
  /** Each label once, most frequent first. */
  readonly levels: readonly string[];
  /** How many samples have it. */
  readonly counts: readonly number[];
  /** Of each sample, the index of its label in `levels`. */
  readonly codes: Uint16Array | Uint32Array;
}

export interface View {
  readonly explanation: Explanation;
  readonly drawing: Drawing;
  readonly grid: Grid;
  readonly presence: readonly PresenceColumn[];
  /** Module number a sample, NONE where no module is present. */
  readonly strongest: Uint8Array;
  /** Coarse cells of the samples, for finding where names go. */
  readonly cells: Cells;
  /** Where to write each module's name. */
  readonly moduleAnchors: readonly (readonly NameAnchor[])[];
  /** Null without labels. */
  readonly labels: Labels | null;
  /** Probes and radii in the drawing; radii are null where the drawing is a projection. */
  readonly probes: {
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly radius: Float32Array | null;
  };
}

export function createView(explanation: Explanation): View {
  const drawn = drawing(explanation.embedding.coordinates);
  const presence = explanation.descriptions.map((_, module) => presenceColumn(explanation, module));
  const strongest = strongestModule(presence, explanation.rows);
  const cells = cellsOf(drawn);
  const flat = drawn.projection === 'as-is';
  return {
    explanation,
    drawing: drawn,
    grid: buildGrid(drawn),
    presence,
    strongest,
    cells,
    moduleAnchors: presence.map((column, module) => {
      const strongHere = peaks(cells, (row) => (strongest[row] === module ? column.values[row] : 0));
      return strongHere.length > 0
        ? strongHere
        : peaks(cells, (row) => (column.values[row] >= column.cut ? column.values[row] : 0)).slice(0, 1);
    }),
    labels: explanation.labels ? encodeLabels(explanation.labels) : null,
    probes: {
      ...drawn.project(explanation.localities.probes),
      radius: flat ? explanation.localities.radius : null,
    },
  };
}

function encodeLabels(labels: readonly string[]): Labels {
  const frequency = new Map<string, number>();
  for (const label of labels) frequency.set(label, (frequency.get(label) ?? 0) + 1);
  const sorted = [...frequency].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  const levels = sorted.map(([name]) => name);
  const position = new Map(levels.map((name, index) => [name, index]));
  const codes = new (levels.length > 2 ** 16 ? Uint32Array : Uint16Array)(labels.length);
  for (let row = 0; row < labels.length; row++) codes[row] = position.get(labels[row]) ?? 0;
  return { levels, codes, counts: sorted.map(([, count]) => count) };
}

/** The name of a sample for people: its id where there is one, else its row number counted from 0. */
export function sampleName(explanation: Explanation, row: number): string {
  return explanation.ids?.[row] ?? `row ${row}`;
}

export function moduleName(explanation: Explanation, module: number): string {
  const { id, label } = explanation.descriptions[module];
  return explanation.image ? id : `${id} ${label}`;
}

export { NONE };
