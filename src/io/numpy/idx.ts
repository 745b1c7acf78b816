/**
 * IDX, the format of the MNIST files: big-endian, one array of one type. Gzipped or not.
 * Source: the description on the MNIST page of LeCun, Cortes and Burges.
 * Types: `Source`, a file, folder or bytes: read (bytes start to end (exclusive)), name (for people). `Input`, of a
 *   reader: plain (the decompressed file as a Source).
 * Fails: FormatError for a damaged or truncated file.
 */

import { FormatError } from '../../errors.js';
import type { FormatReader, Input } from '../options.js';
import { isIdx } from '../signatures.js';
import type { Source } from '../source/source.js';
import { type ArrayLayout, checkLength, readMatrix } from './arrays.js';
import { decodeNumbers, type NumberKind } from './dtypes.js';

const TYPES: Record<number, [NumberKind, number]> = {
  8: ['uint', 1],
  9: ['int', 1],
  11: ['int', 2],
  12: ['int', 4],
  13: ['float', 4],
  14: ['float', 8],
};

/** Type, shape and data offset of an IDX file. FormatError for a damaged header. */
async function readLayout(source: Source): Promise<ArrayLayout> {
  const head = await source.read(0, 4);
  const dimensions = isIdx(head) ? head[3] : 0;
  const lengths = await source.read(4, 4 + 4 * dimensions);
  if (dimensions === 0 || lengths.length < 4 * dimensions) {
    throw new FormatError({
      got: `a damaged or cut-off IDX header in ${source.name}`,
      expected: 'two zero bytes, a type, a number of dimensions and their lengths',
      remedy: 'copy or download the file again',
    });
  }
  const view = new DataView(lengths.buffer, lengths.byteOffset, lengths.length);
  const [kind, size] = TYPES[head[2]];
  return {
    type: { kind, size, littleEndian: false },
    shape: Array.from({ length: dimensions }, (_, i) => view.getUint32(4 * i)),
    fortranOrder: false,
    offset: 4 + 4 * dimensions,
  };
}

export const idxReader: FormatReader = {
  async table(input: Input, settings) {
    const source = await input.plain();
    const { matrix, warnings } = await readMatrix(source, await readLayout(source), settings);
    return { features: matrix, featureNames: null, ids: null, labels: null, warnings };
  },
  async texts(input: Input) {
    const source = await input.plain();
    const { type, shape, offset } = await readLayout(source);
    const bytes = shape.reduce((product, length) => product * length, 1) * type.size;
    await checkLength(source, offset, bytes, shape);
    const numbers = decodeNumbers(await source.read(offset), type, source.name);
    return { values: Array.from(numbers, String), ids: null };
  },
};
