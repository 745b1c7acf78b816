// A Parquet file of two columns of floats with one page each, where any promise may be made. Source: parquet.thrift and the
// compact protocol of Thrift.

export interface PageSpec {
  /** Number of the codec. */
  readonly codec: number;
  /** The page as it lies in the file. */
  readonly content: Uint8Array;
  /** Its promised length once decompressed. */
  readonly size: number;
  readonly values: number;
  readonly rows: number;
  /** The checksum of the content as its header states it; none when left out. */
  readonly checksum?: number;
  /** Children that the first column promises to have, which has none; not stated when left out. */
  readonly children?: number;
  /** Number of the repetition of the schema's root; not stated when left out. */
  readonly root?: number;
}

type Field = readonly [id: number, type: number, value: number[]];
const [I32, I64, BINARY, LIST, STRUCT] = [5, 6, 8, 9, 12];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

const whole = (value: number) => varint(value * 2);
/** Of 32 bits with a sign. */
const zigzag = (value: number) => varint(((value << 1) ^ (value >> 31)) >>> 0);
const name = (text: string) => [...varint(text.length), ...Buffer.from(text)];
const list = (type: number, items: readonly number[][]) => [(items.length << 4) | type, ...items.flat()];

function struct(fields: readonly Field[]): number[] {
  let before = 0;
  const bytes = fields.flatMap(([id, type, value]) => {
    const head = ((id - before) << 4) | type;
    before = id;
    return [head, ...value];
  });
  return [...bytes, 0];
}

export function parquetOf({
  codec,
  content,
  size,
  values,
  rows,
  checksum,
  children,
  root: repetition,
}: PageSpec): Uint8Array {
  const data: Field[] = [
    [1, I32, whole(values)],
    [2, I32, whole(0)],
    [3, I32, whole(3)],
    [4, I32, whole(3)],
  ];
  const header = struct([
    [1, I32, whole(0)],
    [2, I32, whole(size)],
    [3, I32, whole(content.length)],
    ...(checksum === undefined ? [] : [[4, I32, zigzag(checksum | 0)] as const]),
    [5, STRUCT, struct(data)],
  ]);
  const page = [...header, ...content];
  const column = (title: string, at: number) =>
    struct([
      [2, I64, whole(at)],
      [
        3,
        STRUCT,
        struct([
          [1, I32, whole(4)],
          [2, LIST, list(I32, [whole(0)])],
          [3, LIST, list(BINARY, [name(title)])],
          [4, I32, whole(codec)],
          [5, I64, whole(values)],
          [6, I64, whole(size + header.length)],
          [7, I64, whole(page.length)],
          [9, I64, whole(at)],
        ]),
      ],
    ]);
  const columns = [column('a', 4), column('b', 4 + page.length)];
  const group = struct([
    [1, LIST, list(STRUCT, columns)],
    [2, I64, whole(2 * size)],
    [3, I64, whole(rows)],
  ]);
  const leaf = (title: string, promised?: number) =>
    struct([
      [1, I32, whole(4)],
      [3, I32, whole(0)],
      [4, BINARY, name(title)],
      ...(promised === undefined ? [] : [[5, I32, zigzag(promised)] as const]),
    ]);
  const root = struct([
    ...(repetition === undefined ? [] : [[3, I32, whole(repetition)] as const]),
    [4, BINARY, name('schema')],
    [5, I32, whole(2)],
  ]);
  const footer = struct([
    [1, I32, whole(1)],
    [2, LIST, list(STRUCT, [root, leaf('a', children), leaf('b')])],
    [3, I64, whole(rows)],
    [4, LIST, list(STRUCT, [group])],
  ]);
  const length = [...new Uint8Array(Uint32Array.of(footer.length).buffer)];
  const mark = [...Buffer.from('PAR1')];
  return Uint8Array.from([...mark, ...page, ...page, ...footer, ...length, ...mark]);
}
