/** Everything that is derived once from an explanation and shared by all parts of the page. */
import type { Explanation } from 'whymap';
import { moduleTitle } from 'whymap/lava';
import { type Column, columnsOf, type GroupColumn } from './columns.js';
import type { Comparison } from './compared/conditions.js';
import { buildGrid, type Grid } from './grid.js';
import { type Cells, cellsOf, type NameAnchor, peaks } from './name-anchors.js';
import { type Occupancy, occupancyOf } from './occupancy.js';
import { column, NONE, type PresenceColumn, presenceColumn, strongestModule } from './presence.js';
import { type Drawing, drawing } from './project.js';

export interface View {
  readonly explanation: Explanation;
  /** What `whymap compare` found of it; null where no comparison is shown. */
  readonly comparison: Comparison | null;
  readonly drawing: Drawing;
  readonly grid: Grid;
  readonly presence: readonly PresenceColumn[];
  /** The score of each module, one value a sample; empty where the explanation has none. */
  readonly scores: readonly Float32Array[];
  /** Module number a sample, NONE where no module is present. */
  readonly strongest: Uint8Array;
  /** Coarse cells of the samples, for finding where names go. */
  readonly cells: Cells;
  /** Where samples are, for placing names beside them. */
  readonly occupancy: Occupancy;
  /** Whether each module is the strongest at some sample. */
  readonly leads: readonly boolean[];
  /** Where to write each module's name. */
  readonly moduleAnchors: readonly (readonly NameAnchor[])[];
  /** Labels first, then metadata. */
  readonly columns: readonly Column[];
  /** The first of `columns` where the explanation has labels; null without them. */
  readonly labels: GroupColumn | null;
  /** The explanation with what is drawn as its embedding: regions of a person lie in what they see. */
  readonly mapped: Explanation;
  /** Probes and radii in the drawing; radii are null where the drawing is a projection. */
  readonly probes: {
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly radius: Float32Array | null;
  };
}

export function createView(explanation: Explanation, comparison: Comparison | null = null): View {
  const drawn = drawing(explanation.embedding.coordinates);
  const presence = explanation.descriptions.map((_, module) => presenceColumn(explanation, module));
  const strongest = strongestModule(presence, explanation.rows);
  const cells = cellsOf(drawn);
  const columns = columnsOf(explanation);
  const flat = drawn.projection === 'as-is';
  return {
    explanation,
    comparison,
    drawing: drawn,
    grid: buildGrid(drawn),
    presence,
    scores: scoresOf(explanation),
    strongest,
    cells,
    occupancy: occupancyOf(drawn),
    leads: presence.map((_, module) => strongest.includes(module)),
    moduleAnchors: presence.map((column, module) => {
      const strongHere = peaks(cells, (row) => (strongest[row] === module ? column.values[row] : 0));
      return strongHere.length > 0
        ? strongHere
        : peaks(cells, (row) => (column.values[row] >= column.cut ? column.values[row] : 0)).slice(0, 1);
    }),
    columns,
    labels: explanation.labels ? (columns[0] as GroupColumn) : null,
    mapped: flat ? explanation : withCoordinates(explanation, drawn),
    probes: {
      ...drawn.project(explanation.localities.probes),
      radius: flat ? explanation.localities.radius : null,
    },
  };
}

function scoresOf({ sampleScores, descriptions }: Explanation): Float32Array[] {
  return sampleScores ? descriptions.map((_, module) => column(sampleScores, module)) : [];
}

function withCoordinates(explanation: Explanation, { x, y }: Drawing): Explanation {
  const data = Float32Array.from({ length: 2 * x.length }, (_, at) => (at % 2 === 0 ? x : y)[at >> 1]);
  const coordinates = { rows: x.length, columns: 2, data };
  return { ...explanation, embedding: { ...explanation.embedding, coordinates } };
}

/** The name of a sample for people: its id where there is one, else its row number counted from 0. */
export function sampleName(explanation: Explanation, row: number): string {
  return explanation.ids?.[row] ?? `row ${row}`;
}

export function moduleName(explanation: Explanation, module: number): string {
  const description = explanation.descriptions[module];
  return explanation.image ? description.id : `${description.id} ${moduleTitle(explanation, description)}`;
}

export { NONE };
