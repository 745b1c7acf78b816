/**
 * The ONNX graph of one matrix product, built in memory: C = op(A) op(B) as a Gemm node of any shape.
 * Source: the protocol buffer schema of ONNX (onnx.proto, IR version 8, operator set 13); the numbers below are its
 * field numbers.
 */

const VARINT = 0;
const BYTES = 2;
const FLOAT = 1;
const INT_ATTRIBUTE = 2;

type Part = readonly number[];

function varint(value: number): Part {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

const tag = (field: number, type: number): Part => varint(field * 8 + type);

const integer = (field: number, value: number): Part => [...tag(field, VARINT), ...varint(value)];

const message = (field: number, ...parts: readonly Part[]): Part => {
  const body = parts.flat();
  return [...tag(field, BYTES), ...varint(body.length), ...body];
};

const text = (field: number, value: string): Part => message(field, [...new TextEncoder().encode(value)]);

/** A two-dimensional float32 tensor whose sides are named, so that any size fits. */
const tensor = (field: number, name: string, sides: readonly string[]): Part =>
  message(
    field,
    text(1, name),
    message(
      2,
      message(
        1,
        integer(1, FLOAT),
        message(2, ...sides.map((side) => message(1, text(2, `${name}-${side}`)))),
      ),
    ),
  );

const flag = (name: string, value: boolean): Part =>
  message(5, text(1, name), integer(20, INT_ATTRIBUTE), integer(3, value ? 1 : 0));

/** The bytes of a model with inputs `a` and `b` and output `c`. */
export function productModel(transposeA: boolean, transposeB: boolean): Uint8Array {
  const node = message(
    1,
    text(1, 'a'),
    text(1, 'b'),
    text(2, 'c'),
    text(4, 'Gemm'),
    flag('transA', transposeA),
    flag('transB', transposeB),
  );
  const sides = ['rows', 'columns'];
  const graph = message(
    7,
    node,
    text(2, 'product'),
    tensor(11, 'a', sides),
    tensor(11, 'b', sides),
    tensor(12, 'c', sides),
  );
  return Uint8Array.from([...integer(1, 8), ...message(8, text(1, ''), integer(2, 13)), ...graph]);
}
