/** Everything that is derived once from an explanation and shared by all parts of the page. */
import type { Explanation } from '../../../src/model.js';
import { buildGrid, type Grid } from './grid.js';
import { type Cells, cellsOf, type Place, peaks } from './places.js';
import { NONE, type PresenceColumn, presenceColumn, strongestModule } from './presence.js';
import { type Drawing, drawing } from './project.js';

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
  readonly modulePlaces: readonly (readonly Place[])[];
  /** Labels, most frequent first, with each sample's position in that list. Null without labels. */
  readonly labels: { readonly names: readonly string[]; readonly codes: Uint16Array } | null;
  /** Probes and radii in the drawing; radii are null where the drawing is a projection. */
  readonly probes: {
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly radius: Float32Array | null;
  };
}

export function createView(explanation: Explanation): View {
  const place = drawing(explanation.embedding.coordinates);
  const presence = explanation.descriptions.map((_, module) => presenceColumn(explanation, module));
  const strongest = strongestModule(presence, explanation.rows);
  const cells = cellsOf(place);
  const flat = place.projection === 'as-is';
  return {
    explanation,
    drawing: place,
    grid: buildGrid(place),
    presence,
    strongest,
    cells,
    modulePlaces: presence.map((column, module) => {
      const strongHere = peaks(cells, (row) => (strongest[row] === module ? column.values[row] : 0));
      return strongHere.length > 0
        ? strongHere
        : peaks(cells, (row) => (column.values[row] >= column.cut ? column.values[row] : 0)).slice(0, 1);
    }),
    labels: explanation.labels ? encodeLabels(explanation.labels) : null,
    probes: {
      ...place.place(explanation.localities.probes),
      radius: flat ? explanation.localities.radius : null,
    },
  };
}

function encodeLabels(labels: readonly string[]) {
  const frequency = new Map<string, number>();
  for (const label of labels) frequency.set(label, (frequency.get(label) ?? 0) + 1);
  const names = [...frequency]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([name]) => name);
  const position = new Map(names.map((name, index) => [name, index]));
  return { names, codes: Uint16Array.from(labels, (label) => position.get(label) ?? 0) };
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
