// Writes docs/options.md from the table of options in dist/ (build first). test/options fails where the page is out of date.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { optionsReference } from '../dist/options/index.js';

writeFileSync(join(import.meta.dirname, '../docs/options.md'), optionsReference());
