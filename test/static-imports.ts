/** What a module of the built package loads before anything of it runs. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Loaded {
  /** Paths of files, the entry among them. */
  readonly files: ReadonlySet<string>;
  /** Packages and parts of Node, with the file that imports each. */
  readonly packages: readonly string[];
}

/** Everything that a file imports statically, through all files that it reaches. */
export function staticImports(entry: string): Loaded {
  const files = new Set<string>();
  const packages: string[] = [];
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, target] of text.matchAll(/^(?:import|(?:import|export)\b[^'"();]*?\bfrom) '([^']+)';$/gm)) {
      if (target.startsWith('.')) visit(join(dirname(file), target));
      else packages.push(`${file}: ${target}`);
    }
  };
  visit(entry);
  return { files, packages };
}
