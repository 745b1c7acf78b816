/** The offline report: one self-contained HTML file with the interactive viewer and an explanation in it. */
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { MachineError } from '../errors.js';
import { encodeExplanation } from '../io/explanation-file.js';
import type { Explanation } from '../model.js';
import { withFileNames, withoutFolder } from './names.js';
import { fillPage, pageAround } from './page.js';

export interface ReportOptions {
  /** Shown at the top and as the title of the page. Default: the name of the embedding's source. */
  readonly title?: string;
}

/** Level of gzip: on 20,000 samples level 9 takes nine times as long (4.2 s) and saves 1.5% of the bytes. */
const LEVEL = 6;

/**
 * The text of `report.html`. It makes no request when opened. Raw feature values (for coloring by a feature
 * and for pictures of samples) are in it when the explanation carries them: see `withFeatureValues`.
 * The same explanation and options give the same text; `timings` are left out for that reason.
 *
 * @throws MachineError when the built viewer is missing from the installed package.
 */
export function renderReport(explanation: Explanation, options: ReportOptions = {}): string {
  const bytes = encodeExplanation(withFileNames({ ...explanation, timings: {} }));
  const title = options.title ?? withoutFolder(explanation.embedding.source.name);
  return fillPage(readTemplate(), gzipSync(bytes, { level: LEVEL }), title);
}

export interface PiecesOptions {
  readonly title: string;
  /** The bytes of the explanation's file, where they are known. */
  readonly file?: Uint8Array;
  /** The text of a `comparison.json` that the page shows beside the explanation. */
  readonly comparison?: string;
}

/**
 * The same text in pieces, for files: compressed by a thread of its own from the moment of the call, never one text.
 * @param explanation without timings.
 */
export function reportPieces(
  explanation: Explanation,
  { title, file, comparison }: PiecesOptions,
): AsyncIterable<string> {
  const short = withFileNames(explanation);
  const bytes = file && short === explanation ? file : encodeExplanation(short);
  const compressed = promisify(gzip)(bytes, { level: LEVEL });
  compressed.catch(() => {}); // whoever reads the pieces is told
  return piecesOf(pageAround(readTemplate(), title, comparison), compressed);
}

/** A multiple of three, so that the texts of pieces join without padding. */
const PIECE = 3 * 2 ** 18;

async function* piecesOf(
  [before, after]: readonly [string, string],
  compressed: Promise<Buffer>,
): AsyncGenerator<string> {
  yield before;
  const bytes = await compressed;
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.toString('base64', at, at + PIECE);
  yield after;
}

/** The built viewer, without an explanation. */
export function readTemplate(): string {
  try {
    return readFileSync(new URL(/* @vite-ignore */ './app.html', import.meta.url), 'utf8');
  } catch {
    throw new MachineError({
      got: 'no viewer beside the library',
      expected: 'the file app.html, which the build makes',
      remedy: 'install whymap again, or run npm run build',
    });
  }
}
