#!/usr/bin/env node
/**
 * The command line: reads the arguments, runs one command, turns errors into exit codes.
 * 0 done; 1 failed while running; 2 the person's input or options are wrong. Commands are loaded when they run,
 * so that `whymap --help` starts fast.
 */

import { readFileSync } from 'node:fs';
import { type CommandName, parseOptions } from '../options/index.js';
import { type ParsedArguments, readArguments } from './arguments.js';
import type { CommandRun } from './command.js';
import { commandLoaders } from './commands.js';
import { exitCodeOf, lineOf } from './failure.js';
import { commandHelp, generalHelp } from './help.js';
import { interruptSignal } from './interrupt.js';
import { errorLine, writesJsonMessages } from './messages.js';

const HELP_WIDTH = 110;

async function main(): Promise<void> {
  const parsed = readArguments(process.argv.slice(2));
  if (parsed.version) process.stdout.write(`whymap ${packageVersion()}\n`);
  else if (parsed.help || !parsed.command) process.stdout.write(`${helpText(parsed)}\n`);
  else await runCommand(parsed.command.name, parsed);
}

async function runCommand<C extends CommandName>(
  name: C,
  { argument, more, given }: ParsedArguments,
): Promise<void> {
  const values = parseOptions(name, given);
  const { run } = (await commandLoaders[name]()) as { run: CommandRun<C> };
  await run(argument, values, interruptSignal(), more);
}

function helpText({ command }: ParsedArguments): string {
  const width = Math.min(process.stdout.columns ?? HELP_WIDTH, HELP_WIDTH);
  return command ? commandHelp(command, width) : generalHelp(packageVersion(), width);
}

function packageVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
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
