#!/usr/bin/env node
/**
 * The command line: reads the arguments, runs one command, turns errors into exit codes.
 * 0 done; 1 failed while running; 2 the person's input or options are wrong. Commands are loaded when they run,
 * so that `whymap --help` starts fast.
 */

import { CancelledError } from '../errors.js';
import { type CommandName, parseOptions } from '../options/index.js';
import { type ParsedArguments, readArguments } from './arguments.js';
import type { CommandRun } from './command.js';
import { commandLoaders } from './commands.js';
import { commandHelp, generalHelp } from './help.js';
import { exitCodeOf, lineOf } from './terminal/failure.js';
import { interruptSignal } from './terminal/interrupt.js';
import { errorLine, writesJsonMessages } from './terminal/messages.js';
import { packageVersion } from './version.js';

const HELP_WIDTH = 110;

/** Prints help or the version, or runs the command that is named. */
async function main(): Promise<void> {
  const parsed = readArguments(process.argv.slice(2));
  if (parsed.version) process.stdout.write(`whymap ${packageVersion()}\n`);
  else if (parsed.help || !parsed.command) process.stdout.write(`${helpText(parsed)}\n`);
  else await runCommand(parsed.command.name, parsed);
}

/** Parses the options of a command, loads its code and runs it. */
async function runCommand<C extends CommandName>(
  name: C,
  { argument, more, texts }: ParsedArguments,
): Promise<void> {
  const values = parseOptions(name, texts);
  const { run } = (await commandLoaders[name]()) as { run: CommandRun<C> };
  await run(argument, values, interruptSignal(), more);
}

/** The help of a command, or of all, as wide as the terminal. */
function helpText({ command }: ParsedArguments): string {
  const width = Math.min(process.stdout.columns ?? HELP_WIDTH, HELP_WIDTH);
  return command ? commandHelp(command, width) : generalHelp(packageVersion(), width);
}

// a reader that has seen enough (`| head`) is no failure, and a closed stream never ends the work
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.exitCode = 1;
  process.stderr.write(
    `whymap: got ${error.code} writing to standard output; what was written to files is whole\n`,
  );
});

main().catch((error: unknown) => {
  const line = writesJsonMessages(process.argv) ? errorLine(error) : lineOf(error);
  process.exitCode = exitCodeOf(error);
  process.stderr.write(`${line}\n`, () => {
    // nobody waits for what threads are still at
    if (error instanceof CancelledError) process.exit();
  });
});
