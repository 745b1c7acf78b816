/** The command that does the same as the page, for the terminal. */
import type { Given } from 'whymap/run';

export function commandLine(features: string, given: Given): string {
  const parts = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined || value === false || value === '') return [];
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [`${flag} ${quoted(String(value))}`];
  });
  return ['whymap explain', quoted(features), ...parts].join(' ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
