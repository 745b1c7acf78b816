/** The offline report: one self-contained HTML file with the interactive viewer and an explanation in it. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip, gzipSync } from 'node:zlib';
import { MachineError } from '../errors.js';
import { encodeExplanation, explanationPieces } from '../io/explanation-file.js';
import { joined } from '../io/source/bytes.js';
import type { Explanation } from '../model.js';
import { withFileNames, withoutFolder } from './names.js';
import { fillPage, pageAround } from './page.js';

export interface ReportOptions {
  /** Shown at the top and as the title of the page. Default: the name of the embedding's source. */
  readonly title?: string;
}

const AT_ONCE = 2 ** 27;
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
  /** The bytes of the explanation's file in pieces, where they are known. */
  readonly file?: readonly Uint8Array[];
  /** Bytes up to which the explanation is compressed at once, beside other work; of more it is while the page is written. Default 2^27. */
  readonly atOnce?: number;
  /** The text of a `comparison.json` that the page shows beside the explanation. */
  readonly comparison?: string;
}

/**
 * The same text in pieces, for files: compressed by a thread of its own from the moment of the call, never one text.
 * @param explanation without timings.
 */
export function reportPieces(
  explanation: Explanation,
  { title, file, comparison, atOnce = AT_ONCE }: PiecesOptions,
): AsyncIterable<string> {
  const short = withFileNames(explanation);
  const pieces = file && short === explanation ? file : explanationPieces(short);
  const page = pageAround(readTemplate(), title, comparison);
  if (pieces.reduce((sum, { length }) => sum + length, 0) > atOnce) return piecesOf(page, gzipped(pieces));
  const compressed = promisify(gzip)(joined(pieces), { level: LEVEL });
  compressed.catch(() => {}); // whoever reads the pieces is told
  return piecesOf(page, whole(compressed));
}

/** Bytes of a piece. A multiple of three, so that the texts of pieces join without padding. */
const PIECE = 3 * 2 ** 18;

/** The compressed bytes of pieces, as they come: the same as of all at once. */
async function* gzipped(pieces: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  yield* Readable.from(parts()).pipe(createGzip({ level: LEVEL }));
  function* parts(): Generator<Uint8Array> {
    for (const piece of pieces)
      for (let at = 0; at < piece.length; at += PIECE) yield piece.subarray(at, at + PIECE);
  }
}

async function* whole(bytes: Promise<Buffer>): AsyncGenerator<Buffer> {
  yield await bytes;
}

async function* piecesOf(
  [before, after]: readonly [string, string],
  compressed: AsyncIterable<Buffer>,
): AsyncGenerator<string> {
  yield before;
  let rest: Buffer = Buffer.alloc(0);
  for await (const part of compressed) {
    const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
    const end = bytes.length - (bytes.length % 3);
    for (let at = 0; at < end; at += PIECE) yield bytes.toString('base64', at, Math.min(end, at + PIECE));
    rest = bytes.subarray(end);
  }
  yield rest.toString('base64');
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
