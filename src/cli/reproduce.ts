/** `whymap reproduce`: runs a study of published claims and writes its tables, figures and settings. */

import { OptionError } from '../errors.js';
import { type OutputFolder, openOutput } from '../io/output/folder.js';
import { type StudyResult, studyMarkdown, tableCsv } from '../reproduce/report.js';
import type { Study } from '../reproduce/study.js';
import type { CommandRun } from './command.js';
import { checkInputs } from './request.js';
import { withSession } from './session.js';
import { tell, writeJson } from './terminal/text.js';
import { packageVersion } from './version.js';

/** Every study by name; each family is loaded when one of its studies is asked for. */
const families: Readonly<Record<string, () => Promise<Readonly<Record<string, Study>>>>> = {
  ardr: async () => (await import('../reproduce/ardr/index.js')).ardrStudies,
  conditions: async () => (await import('../reproduce/conditions/index.js')).conditionStudies,
  lava: async () => (await import('../reproduce/lava/index.js')).lavaStudies,
};

/** The study of that name; OptionError with all names for another. */
async function findStudy(name: string): Promise<Study> {
  const family = families[name.split('-')[0]];
  const study = family ? (await family())[name] : undefined;
  if (study) return study;
  const all = await Promise.all(Object.values(families).map((load) => load()));
  throw new OptionError({
    got: `the study ${name}`,
    expected: all.flatMap((studies) => Object.keys(studies)).join(', '),
    remedy: 'give one of these names',
  });
}

/** Runs `whymap reproduce`: a study by name, with its report, tables and figures. */
export const run: CommandRun<'reproduce'> = async (name = '', values, signal) => {
  const study = await findStudy(name);
  const { rows = study.defaults.rows, repeats = study.defaults.repeats, data, json, out = name } = values;
  const sets = values.sets?.split(',') ?? study.defaults.sets;
  await checkInputs('reproduce', undefined, values);
  const folder = await openOutput(out, { signal });
  await withSession(values, signal, async ({ context, seed, progress }) => {
    try {
      const result = await study.run({ context, seed, repeats, rows, sets, data });
      const settings = {
        version: packageVersion(),
        study: name,
        seed,
        rows,
        repeats,
        sets,
        ...result.settings,
      };
      const notes = await writeStudy(folder, result, settings);
      await folder.commit();
      progress.stop();
      tell(json).write(
        `${studyMarkdown(result)}\n${notes.map((note) => `Note: ${note}\n`).join('')}Written to ${folder.path}\n`,
      );
      if (json) writeJson(JSON.stringify({ ...settings, tables: result.tables }, null, 2));
    } finally {
      await folder.discard();
    }
  });
};

/** Writes the files; returns what a person should know. */
async function writeStudy(
  folder: OutputFolder,
  result: StudyResult,
  settings: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  await folder.write('report.md', studyMarkdown(result));
  await folder.write('settings.json', `${JSON.stringify(settings, null, 2)}\n`);
  for (const table of result.tables) await folder.write(`${table.name}.csv`, tableCsv(table));
  const toPng = await pngRenderer();
  for (const { name, svg } of result.figures) {
    await folder.write(`${name}.svg`, svg);
    if (toPng) await folder.write(`${name}.png`, toPng(svg));
  }
  return toPng ? [] : ['figures are SVG only; npm install @resvg/resvg-js adds PNG.'];
}

/** SVG to PNG at twice the size, where the optional renderer is installed. */
async function pngRenderer(): Promise<((svg: string) => Uint8Array) | null> {
  const library = await import('@resvg/resvg-js').catch(() => null);
  if (!library) return null;
  return (svg) => new library.Resvg(svg, { fitTo: { mode: 'zoom', value: 2 } }).render().asPng();
}
