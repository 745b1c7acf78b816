// The names that callers may import from each subpath, values and types. A change here is a change for users: read the
// difference, tell it in CHANGELOG.md, then `npx vitest run test/public-names.test.ts -u`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const { exports: subpaths } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, { types: string } | string>;
};
const entries = Object.entries(subpaths).flatMap(([subpath, target]) =>
  typeof target === 'string' ? [] : [{ subpath, types: join(root, target.types) }],
);

test('every subpath exports these names', async () => {
  const program = ts.createProgram(
    entries.map(({ types }) => types),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      noLib: true,
      types: [],
    },
  );
  const checker = program.getTypeChecker();
  const namesOf = (types: string): string[] => {
    const file = program.getSourceFile(types);
    const symbol = file && checker.getSymbolAtLocation(file);
    return symbol ? checker.getExportsOfModule(symbol).map(({ name }) => name) : [];
  };
  const listed = entries.map(({ subpath, types }) =>
    [
      `whymap${subpath.slice(1)}`,
      ...namesOf(types)
        .sort()
        .map((name) => `  ${name}`),
    ].join('\n'),
  );
  expect(entries.length).toBeGreaterThan(5);
  await expect(`${listed.join('\n')}\n`).toMatchFileSnapshot('public-names.txt');
});
