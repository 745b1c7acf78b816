/**
 * The ONNX graph of one matrix product of any shape, built in memory: C = op(A) op(B) of floats as a Gemm node.
 *
 * Source: the protocol buffer schema of ONNX (onnx.proto, IR version 8, operator set 13); the numbers below are
 *   its field numbers.
 */

const VARINT = 0;
const BYTES = 2;
/** Type of what a tensor holds. */
const FLOAT = 1;
const INT_ATTRIBUTE = 2;
const SIDES = ['rows', 'columns'];

type Part = readonly number[];

/** An integer in protocol buffers' variable-length encoding. */
function varint(value: number): Part {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

/** The tag of a field. @param field its number. @param type VARINT or BYTES. */
const tag = (field: number, type: number): Part => varint(field * 8 + type);

/** An integer field. */
const integer = (field: number, value: number): Part => [...tag(field, VARINT), ...varint(value)];

/** A field that holds other fields. */
const message = (field: number, ...parts: readonly Part[]): Part => {
  const body = parts.flat();
  return [...tag(field, BYTES), ...varint(body.length), ...body];
};

/** A text field. */
const text = (field: number, value: string): Part => message(field, [...new TextEncoder().encode(value)]);

/** A two-dimensional tensor whose sides have names, so that any size fits. */
const tensor = (field: number, name: string): Part =>
  message(
    field,
    text(1, name),
    message(
      2,
      message(
        1,
        integer(1, FLOAT),
        message(2, ...SIDES.map((side) => message(1, text(2, `${name}-${side}`)))),
      ),
    ),
  );

/** A boolean attribute of a node. */
const flag = (name: string, value: boolean): Part =>
  message(5, text(1, name), integer(20, INT_ATTRIBUTE), integer(3, value ? 1 : 0));

/** Which product: of matrices that are transposed or not. */
export interface Graph {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The bytes of a model with inputs `a` and `b` and output `c`. */
export function productModel(product: Graph): Uint8Array {
  const node = message(
    1,
    text(1, 'a'),
    text(1, 'b'),
    text(2, 'c'),
    text(4, 'Gemm'),
    flag('transA', product.transposeA),
    flag('transB', product.transposeB),
  );
  const graph = message(7, node, text(2, 'product'), tensor(11, 'a'), tensor(11, 'b'), tensor(12, 'c'));
  return Uint8Array.from([...integer(1, 8), ...message(8, text(1, ''), integer(2, 13)), ...graph]);
}
