/** NPZ: several NPY arrays in a ZIP file, as numpy.savez and scipy.sparse.save_npz write it. */

import { FormatError, OptionError, UnsupportedError } from '../../errors.js';
import { openZip, type ZipMember } from '../codecs/zip.js';
import type { FormatReader, Input, RawTable, Settings } from '../options.js';
import { compressedToCsr } from '../table/sparse.js';
import { describeNames } from '../table/suggest.js';
import { readNpyHeader, readNpyNumbers, readNpyTable, readNpyTexts } from './npy.js';

const SPARSE_KEYS = ['format', 'indices', 'indptr', 'data', 'shape'];

interface Array {
  readonly key: string;
  readonly member: ZipMember;
}

async function arraysOf(input: Input, settings: Settings): Promise<Array[]> {
  const members = await openZip(await input.plain(), settings.memory);
  const arrays = members.filter((member) => member.name.endsWith('.npy'));
  if (arrays.length > 0) {
    const others = members.filter((member) => !arrays.includes(member));
    if (others.length > 0 && settings.key === undefined) throw notOnlyArrays(input.name, others);
    return arrays.map((member) => ({ key: member.name.slice(0, -4), member }));
  }
  throw new FormatError({
    got: `a ZIP file without NumPy arrays, ${input.name} (${members.slice(0, 3).map((m) => m.name)})`,
    expected: 'an NPZ file',
    remedy: /\.xlsx$/i.test(input.name) ? 'save the sheet as CSV' : 'write it with numpy.savez',
  });
}

/** A damaged name takes an array out of the choice, and another would be read in its place. */
const notOnlyArrays = (name: string, others: readonly ZipMember[]) =>
  new FormatError({
    got: `members that are no NumPy arrays in ${name} (${others.slice(0, 3).map((m) => JSON.stringify(m.name))})`,
    expected: 'arrays only, as numpy.savez writes them',
    remedy: 'write the file again with numpy.savez',
  });

/** The array that was asked for, or the only one that can be a table. */
async function choose(
  arrays: readonly Array[],
  key: string | undefined,
  dimensions: (d: number) => boolean,
  name: string,
) {
  const keys = arrays.map((array) => array.key);
  const wrong = (got: string) =>
    new OptionError({ got, expected: 'the name of one array', remedy: describeNames(key ?? '', keys) });
  if (key !== undefined) {
    const found = arrays.find((array) => array.key === key);
    if (!found) throw wrong(`the array ${key}, which is not in ${name}`);
    return found.member.open();
  }
  const fitting = [];
  for (const array of arrays) {
    const source = await array.member.open();
    if (dimensions((await readNpyHeader(source)).shape.length)) fitting.push(source);
  }
  if (fitting.length !== 1) throw wrong(`${fitting.length} arrays that may be meant in ${name}`);
  return fitting[0];
}

async function table(input: Input, settings: Settings): Promise<RawTable> {
  const arrays = await arraysOf(input, settings);
  const isSparse = SPARSE_KEYS.every((key) => arrays.some((array) => array.key === key));
  if (isSparse && settings.key === undefined) return sparseTable(arrays, input.name);
  return readNpyTable(await choose(arrays, settings.key, (d) => d >= 2, input.name), settings);
}

async function sparseTable(arrays: readonly Array[], name: string): Promise<RawTable> {
  const open = async (key: string) => (await arrays.find((array) => array.key === key)?.member.open())!;
  const [format] = (await readNpyTexts(await open('format'))).values;
  if (format !== 'csr' && format !== 'csc') {
    throw new UnsupportedError({
      got: `a sparse matrix in ${format} format in ${name}`,
      expected: 'compressed rows (csr) or columns (csc)',
      remedy: 'convert it with .tocsr() before saving',
    });
  }
  const numbers = async (key: string) => readNpyNumbers(await open(key));
  const [rows, columns] = Array.from(await numbers('shape'));
  const { features, warnings } = compressedToCsr(
    { rows, columns, byColumn: format === 'csc' },
    { offsets: await numbers('indptr'), indices: await numbers('indices'), values: await numbers('data') },
    name,
  );
  return { features, featureNames: null, ids: null, labels: null, warnings };
}

export const npzReader: FormatReader = {
  table,
  async contents(input, settings) {
    const arrays = (await arraysOf(input, settings)).map(({ key }) => key);
    return { columns: [], arrays, layers: [] };
  },
  async texts(input, settings) {
    const arrays = await arraysOf(input, settings);
    return readNpyTexts(await choose(arrays, settings.key ?? settings.label, (d) => d === 1, input.name));
  },
};
