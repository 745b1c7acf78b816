#!/usr/bin/env node
/**
 * The command line: parses the arguments, runs one command, turns errors into exit codes.
 * 0 done; 1 failed while running; 2 the person's input or options are wrong. Commands are loaded when they run,
 * so that `whymap --help` starts fast.
 */

import { readFileSync } from 'node:fs';
import { cac } from 'cac';
import type { CommandDefinition } from './command.js';
import { commands } from './commands.js';
import { exitCodeOf, lineOf } from './failure.js';
import { interruptSignal } from './interrupt.js';
import { errorLine, writesJsonMessages } from './messages.js';

/** Every option is taken as text: numbers are checked where they are used, ids such as `007` stay as they are. */
const AS_TEXT = { type: [String] };

let chosen: (() => Promise<void>) | null = null;

function register(cli: ReturnType<typeof cac>, definition: CommandDefinition): void {
  const command = cli.command(definition.usage, definition.summary);
  for (const { flags, text } of definition.options) {
    if (/[<[]/.test(flags)) command.option(flags, text, AS_TEXT);
    else command.option(flags, text);
  }
  for (const example of definition.examples) command.example(example);
  command.action((...given: unknown[]) => {
    const options = given.pop() as Record<string, unknown>;
    const positional = given.flat().filter((value): value is string => typeof value === 'string');
    chosen = async () => {
      const { run } = await definition.load();
      await run(positional, flatten(options), interruptSignal());
    };
  });
}

/** The last value given for each option; the parser collects all of them. */
function flatten(options: Record<string, unknown>): Record<string, string | boolean | undefined> {
  const entries = Object.entries(options).map(([name, value]) => {
    const last = Array.isArray(value) ? value.at(-1) : value;
    return [name, last === undefined || typeof last === 'boolean' ? last : String(last)];
  });
  return Object.fromEntries(entries);
}

async function main(): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const cli = cac('whymap');
  for (const definition of commands) register(cli, definition);
  cli.help();
  cli.version(version);
  cli.parse(process.argv, { run: false });
  if (cli.options.help || cli.options.version) return;
  if (!cli.matchedCommand) {
    const asked = cli.args[0];
    if (asked === undefined) return cli.outputHelp();
    const names = commands.map(({ usage }) => usage.split(' ')[0]).join(', ');
    process.stderr.write(`whymap: got the command ${asked}; expected one of ${names}; see whymap --help\n`);
    process.exitCode = 2;
    return;
  }
  cli.runMatchedCommand();
  await (chosen as (() => Promise<void>) | null)?.();
}

// a reader that has seen enough (`| head`) is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

main().catch((error: unknown) => {
  const line = writesJsonMessages(process.argv) ? errorLine(error) : lineOf(error);
  process.stderr.write(`${line}\n`);
  process.exitCode = exitCodeOf(error);
});
