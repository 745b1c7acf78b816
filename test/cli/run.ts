/** Runs the real binary in a folder of its own, as a person would. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export const binary = join(import.meta.dirname, '../../dist/cli/main.js');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly process: ReturnType<typeof spawn>;
  readonly done: Promise<Ran>;
}

/** @param node options of Node's own. @param env its environment. */
export function start(
  folder: string,
  args: readonly string[],
  node: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Started {
  const child = spawn(process.execPath, [...node, binary, ...args], { cwd: folder, env });
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const done = new Promise<Ran>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { process: child, done };
}

export const whymap = (folder: string, ...args: string[]): Promise<Ran> => start(folder, args).done;

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whymap-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
