// Makes src/engine/wasm/runtime/layouts.ts from the kernels: every structure, constant and argument of a kernel is
// stated once, in the *layout.ts files of kernels/, and the TypeScript side writes structures by the names of their fields.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import ts from 'typescript';

const SIZES = { i32: 4, u32: 4, usize: 4, f32: 4, f64: 8 };
/** In WebAssembly's 32-bit memory an address and a reference to a structure are u32. */
const STORED = { i32: 'i32', u32: 'u32', usize: 'u32', f32: 'f32', f64: 'f64' };

const parse = (file) => ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);

/** The documentation comment above a node, as one line. */
function docOf(node) {
  const found = ts.getJSDocCommentsAndTags(node)[0]?.comment ?? '';
  return String(found).replace(/\s+/g, ' ').trim();
}

/** Fields of a class with the offsets that AssemblyScript gives them: in order, each aligned to its size. */
function fieldsOf(node) {
  let end = 0;
  const fields = node.members.filter(ts.isPropertyDeclaration).map((member) => {
    const type = member.type.getText();
    const size = SIZES[type] ?? 4;
    const offset = Math.ceil(end / size) * size;
    end = offset + size;
    return {
      name: member.name.getText(),
      type: STORED[type] ?? 'u32',
      offset,
      doc: docOf(member),
      node: member,
    };
  });
  const align = fields.some(({ type }) => type === 'f64') ? 8 : 4;
  return { fields, bytes: Math.ceil(end / align) * align };
}

/** Classes and constants of the layout files. */
function readLayouts(files) {
  const classes = [];
  const constants = [];
  for (const file of files) {
    parse(file).forEachChild((node) => {
      if (ts.isClassDeclaration(node))
        classes.push({ name: node.name.text, doc: docOf(node), ...fieldsOf(node) });
      if (!ts.isVariableStatement(node)) return;
      const [declared] = node.declarationList.declarations;
      const value = Number(declared.initializer.getText());
      if (!Number.isFinite(value)) throw new Error(`${file}: ${declared.getText()} is not a number`);
      constants.push({ name: declared.name.getText(), value, doc: docOf(node) });
    });
  }
  return { classes, constants };
}

/** The functions that kernels/index.ts exports: kernels, (item, scratch, call) => void, and functions of sizes. */
function readKernels(files) {
  const kernels = [];
  const sizes = [];
  const exported = new Set();
  parse('kernels/index.ts').forEachChild((node) => {
    if (ts.isExportDeclaration(node)) for (const e of node.exportClause.elements) exported.add(e.name.text);
  });
  for (const file of files) {
    parse(file).forEachChild((node) => {
      if (!ts.isFunctionDeclaration(node) || !exported.delete(node.name.text)) return;
      const [first, , call] = node.parameters;
      if (first?.name.getText() === 'item') kernels.push({ name: node.name.text, call: call.type.getText() });
      else sizes.push(node.name.text);
    });
  }
  if (exported.size > 0) throw new Error(`kernels/index.ts exports ${[...exported]}, which no file declares`);
  return { kernels, sizes };
}

const comment = (doc, indent = '') => (doc ? [`${indent}/** ${doc} */`] : []);

/** The module's text. */
export function layoutModule() {
  const files = readdirSync('kernels', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => `kernels/${file}`);
  const { classes, constants } = readLayouts(files.filter((file) => basename(file).endsWith('layout.ts')));
  const { kernels, sizes } = readKernels(files);
  const lines = [
    '// Made by scripts/kernel-layouts.mjs from the *layout.ts files of kernels/: change those instead.',
    '',
    ...constants.flatMap(({ name, value, doc }) => [...comment(doc), `export const ${name} = ${value};`]),
    '',
    '/** Structures that kernels read, by name: the values of their fields. Addresses are byte offsets into the memory. */',
    'export interface Structures {',
    ...classes.flatMap(({ name, doc, fields }) => [
      ...comment(doc, '  '),
      `  readonly ${name}: {`,
      ...fields.flatMap((f) => [...comment(f.doc, '    '), `    readonly ${f.name}: number;`]),
      '  };',
    ]),
    '}',
    '',
    '/** Size in bytes of each structure, and the type and byte offset of its fields. */',
    'export const layouts = {',
    ...classes.flatMap(({ name, bytes, fields }) => [
      `  ${name}: {`,
      `    bytes: ${bytes},`,
      '    fields: {',
      ...fields.map((f) => `      ${f.name}: ['${f.type}', ${f.offset}],`),
      '    },',
      '  },',
    ]),
    '} as const satisfies Layouts;',
    '',
    "type Type = 'i32' | 'u32' | 'f32' | 'f64';",
    'type Layouts = Record<keyof Structures, { readonly bytes: number; readonly fields: Record<string, readonly [Type, number]> }>;',
    '',
    '/** The structure that each kernel takes. */',
    'export const kernelArguments = {',
    ...kernels.map(({ name, call }) => `  ${name}: '${call}',`),
    '} as const satisfies Record<string, keyof Structures>;',
    '',
    'export type KernelName = keyof typeof kernelArguments;',
    '/** What a kernel takes, by the names of its fields. */',
    'export type KernelArguments<K extends KernelName> = Structures[(typeof kernelArguments)[K]];',
    '/** Functions that compute how many bytes a kernel needs. */',
    `export type SizeFunction = ${sizes.map((name) => `'${name}'`).join(' | ')};`,
    '',
  ];
  return lines.join('\n');
}
