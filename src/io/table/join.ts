/**
 * Purpose: puts an embedding, or labels and metadata, in the order of a table's samples, as `plan/pairing.ts` decides.
 * Fails: as planPairing does.
 * Types: `Table`, samples x features: ids (one a sample, or null), metadata (further columns of the samples), labels
 *   (one a sample, or null), featureNames (one a column), warnings (findings of the reading), features (Matrix or
 *   Csr), dropped (rows and features that reading left out), source (name and SHA-256). `Embedding`: coordinates,
 *   samples x dimensions, with ids or null. `PairingOptions`: pairByRow, looseIds, minMatched (share, default 0.9).
 *   `MetadataColumn`: `categorical` (codes into levels, -1 where missing) or `numeric` (values, NaN where missing),
 *   one a sample. `IdColumn`, a column that may hold ids: name (as people call it), values (one a row, empty where
 *   missing), feature (its name as a feature, or null). `PairingSide`, one file: rows (how many), source (its name).
 *   `Pairing`: how `id` (rows: row of the second file for each of the first, or -1) or `row`. `CategoricalColumn`,
 *   groups of the samples: kind (`categorical`), codes (one a sample, index into levels, -1 where missing), name (of
 *   the column). `Warning`, a finding: code (for programs), message (a sentence for people).
 */

import { selectRows } from '../../core/csr.js';
import { gatherRows } from '../../core/matrix.js';
import type { Embedding, MetadataColumn, Table, Warning } from '../../model.js';
import { selectMetadata } from '../plan/metadata.js';
import { type Pairing, type PairingOptions, planPairing } from '../plan/pairing.js';
import type { IdColumn, PairingNote, PairingSide } from '../plan/types.js';
import { some } from './checks.js';
import { selectColumns } from './missing.js';

export interface Joined {
  readonly table: Table;
  readonly embedding: Embedding;
  /** How the two were joined, and what did not match. */
  readonly warnings: readonly Warning[];
  readonly pairing: PairingNote;
}

/** One value a sample from another file. */
export interface Texts {
  /** The empty text where a value is missing. */
  readonly values: readonly string[];
  readonly ids: readonly string[] | null;
  readonly source: { readonly name: string; readonly sha256: string | null };
  /** Columns that may hold ids; by default `ids`. */
  readonly candidates?: readonly IdColumn[];
  /** Further columns of the file, one value a row of it. */
  readonly metadata?: readonly MetadataColumn[];
}

/** What a file offers to pair by; by default its ids. */
interface Candidates {
  readonly candidates?: readonly IdColumn[];
}

/**
 * Table and embedding with the same samples in the same order. Samples that only one side has are left out with a warning.
 * Errors as of planPairing: ids that repeat, do not match or only count rows, and files of different lengths without ids.
 */
export function joinEmbedding(
  table: Table & Candidates,
  embedding: Embedding & Candidates,
  options: PairingOptions = {},
): Joined {
  const first = tableSide(table);
  const second: PairingSide = {
    source: embedding.source.name,
    rows: embedding.coordinates.rows,
    rowsBefore: embedding.coordinates.rows,
    candidates: embedding.candidates ?? idsAsCandidates(embedding.ids),
    featureNames: [],
    option: 'mapId',
  };
  const pairing = planPairing(first, second, options);
  const { candidates: _, ...bare } = embedding;
  if (pairing.how === 'row') {
    const rows = rowsInOrder(table, second.rows);
    const coordinates = rows === null ? embedding.coordinates : gatherRows(embedding.coordinates, rows);
    const pairingNote = rowNote(table, second, pairing.reason);
    return { table, embedding: { ...bare, coordinates, ids: table.ids }, warnings: [], pairing: pairingNote };
  }
  const named = withIds(table, pairing.first);
  const kept = Array.from(pairing.rows.keys()).filter((row) => pairing.rows[row] >= 0);
  const otherRows = kept.map((row) => pairing.rows[row]);
  const joined = kept.length === first.rows ? named : keepRows(named, kept);
  const inOrder = otherRows.length === second.rows && otherRows.every((row, i) => row === i);
  const coordinates = inOrder ? embedding.coordinates : gatherRows(embedding.coordinates, otherRows);
  const { note, warnings } = idNote(pairing, first, second, true);
  return { table: joined, embedding: { ...bare, coordinates, ids: joined.ids }, warnings, pairing: note };
}

/** The table with labels and metadata from another file; a sample that the file does not have gets a missing label. */
export function joinLabels(
  table: Table & Candidates,
  labels: Texts,
  options: PairingOptions = {},
): { table: Table; warnings: readonly Warning[]; pairing: PairingNote } {
  const first = tableSide(table);
  const rows = labels.values.length > 0 ? labels.values.length : metadataRows(labels.metadata ?? []);
  const second: PairingSide = {
    source: labels.source.name,
    rows,
    rowsBefore: rows,
    candidates: labels.candidates ?? idsAsCandidates(labels.ids),
    featureNames: [],
    option: 'labelsId',
  };
  const pairing = planPairing(first, second, options);
  if (pairing.how === 'row') {
    const order = rowsInOrder(table, rows) ?? Int32Array.from({ length: rows }, (_, r) => r);
    return {
      table: labelled(table, labels, order),
      warnings: [],
      pairing: rowNote(table, second, pairing.reason),
    };
  }
  const { note, warnings } = idNote(pairing, first, second, false);
  return { table: labelled(withIds(table, pairing.first), labels, pairing.rows), warnings, pairing: note };
}

/** Number of samples of metadata columns; 0 without columns. */
function metadataRows(columns: readonly MetadataColumn[]): number {
  const [first] = columns;
  return first === undefined ? 0 : first.kind === 'categorical' ? first.codes.length : first.values.length;
}

/**
 * The table with the labels and metadata of a second file; columns of the same name are replaced.
 * @param rows row of the second file for each sample, or -1.
 */
function labelled(table: Table, { values, metadata }: Texts, rows: Int32Array): Table {
  const further = selectMetadata(metadata ?? [], rows);
  const known = new Set(further.map(({ name }) => name));
  const before = (table.metadata ?? []).filter(({ name }) => !known.has(name));
  const labels = values.length === 0 ? table.labels : Array.from(rows, (r) => (r < 0 ? '' : values[r]));
  const all = [...before, ...further];
  return { ...table, labels, ...(all.length > 0 ? { metadata: all } : {}) };
}

/** The ids that a caller of the library gives, as a column to pair by; an empty list without ids. */
export function idsAsCandidates(ids: readonly string[] | null): IdColumn[] {
  if (ids === null) return [];
  const start = Number(ids[0]);
  const counts = (start === 0 || start === 1) && ids.every((id, i) => id === String(start + i));
  return [
    {
      name: 'row names',
      values: ids,
      declared: true,
      requested: false,
      counter: counts ? start : null,
      feature: null,
    },
  ];
}

/** The table as the first of two files that are paired. */
function tableSide(table: Table & Candidates): PairingSide {
  const { rows } = table.features;
  return {
    source: table.source.name,
    rows,
    rowsBefore: rows + (table.dropped.rowNumbers?.length ?? 0),
    candidates: table.candidates ?? idsAsCandidates(table.ids),
    featureNames: table.featureNames,
    option: 'id',
  };
}

/** The table with the ids that it is paired by; where that column was read as a feature, it is one no longer. */
function withIds(table: Table, { name, values, feature }: IdColumn): Table {
  if (feature === null) return { ...table, ids: values };
  const kept = table.featureNames.flatMap((name, c) => (name === feature ? [] : [c]));
  return {
    ...table,
    ids: values,
    warnings: table.warnings.filter(
      ({ code, message }) => code !== 'maybe-ids' || !message.startsWith(`${name} of `),
    ),
    features: selectColumns(table.features, kept),
    featureNames: kept.map((c) => table.featureNames[c]),
  };
}

/**
 * Rows of a file of `rows` rows in the order of the table, where some of the table's rows were dropped; null when
 * none was, or the file lacks them too.
 */
function rowsInOrder(table: Table, rows: number): Int32Array | null {
  const dropped = table.dropped.rowNumbers ?? new Int32Array(0);
  if (dropped.length === 0 || rows === table.features.rows) return null;
  const gone = new Set(dropped);
  return Int32Array.from({ length: rows }, (_, r) => r).filter((r) => !gone.has(r));
}

/** What is said of a pairing by the order of rows. @param reason for it, in words. */
function rowNote(table: Table, other: PairingSide, reason: string): PairingNote {
  const { rows } = table.features;
  const left = other.rows === rows && (table.dropped.rowNumbers?.length ?? 0) > 0 ? ' that are left' : '';
  const why = reason === 'as requested' ? 'as requested' : `because ${reason}`;
  const text = `${table.source.name} and ${other.source} were paired by row order, ${why}: ${rows} rows${left}.`;
  return { how: 'row', columns: null, matched: rows, onlyFirst: 0, onlySecond: 0, text };
}

/**
 * What is said of a pairing by ids, with warnings for samples that are in one file only.
 * @param side the table.
 * @param other the second file.
 * @param leavesOut whether such samples are left out.
 */
function idNote(
  pairing: Extract<Pairing, { how: 'id' }>,
  side: PairingSide,
  other: PairingSide,
  leavesOut: boolean,
): { note: PairingNote; warnings: Warning[] } {
  const { first, second, rows, counters, doubtful } = pairing;
  const used = new Set(rows);
  const onlyTable = first.values.filter((_, row) => rows[row] < 0);
  const onlyOther = second.values.filter((_, row) => !used.has(row));
  const matched = side.rows - onlyTable.length;
  const complete = onlyTable.length + onlyOther.length === 0;
  const by = counters
    ? 'paired by row order, as both number their rows alike'
    : `joined by id (${first.name}${first.name === second.name ? '' : ` and ${second.name}`})`;
  const both = side.source === other.source && complete;
  const parts = [
    both
      ? `Table and map are in ${side.source}: ${matched} rows`
      : `${side.source} and ${other.source} were ${by}: ${matched} samples match`,
  ];
  const action = leavesOut ? 'were left out' : 'have no label';
  if (onlyTable.length > 0)
    parts.push(`${onlyTable.length} only in ${side.source} ${action} (${some(onlyTable)})`);
  if (onlyOther.length > 0)
    parts.push(`${onlyOther.length} only in ${other.source} were left out (${some(onlyOther)})`);
  if (doubtful) {
    parts.push(
      `the ids of ${side.source} only number its rows, so they must be those from before rows were taken out`,
    );
  }
  const text = `${parts.join('; ')}.`;
  const code = doubtful ? 'ids-doubtful' : complete ? 'joined-by-id' : 'ids-unmatched';
  const columns = { first: first.name, second: second.name };
  const note = { columns, matched, onlyFirst: onlyTable.length, onlySecond: onlyOther.length, text };
  return { note: { how: counters ? 'row' : 'id', ...note }, warnings: [{ code, message: text }] };
}

/**
 * The table with these samples only, in that order; what was dropped is counted.
 * @param rows kept, ascending.
 */
function keepRows(table: Table, rows: readonly number[]): Table {
  const pick = (list: readonly string[] | null) => list && rows.map((r) => list[r]);
  return {
    ...table,
    features: selectRows(table.features, rows),
    ids: pick(table.ids),
    labels: pick(table.labels),
    ...(table.metadata ? { metadata: selectMetadata(table.metadata, rows) } : {}),
    dropped: {
      features: table.dropped.features,
      rows: table.dropped.rows + table.features.rows - rows.length,
      rowNumbers: droppedNumbers(table, rows),
    },
  };
}

/** Row numbers, in the file, of all samples that are gone once only `rows` of the table are kept. */
function droppedNumbers(table: Table, rows: readonly number[]): Int32Array {
  const gone = new Set(table.dropped.rowNumbers);
  const total = table.features.rows + gone.size;
  const inFile = Array.from({ length: total }, (_, r) => r).filter((r) => !gone.has(r));
  const kept = new Set(rows.map((r) => inFile[r]));
  return Int32Array.from({ length: total }, (_, r) => r).filter((r) => !kept.has(r));
}
