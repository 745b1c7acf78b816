/** The command that does the same as the page, for the terminal. */
import { commandLineSpelling, type OptionTexts } from 'whymap/options';

export function commandLine(features: string, options: OptionTexts): string {
  const parts = Object.entries(options).flatMap(([option, value]) => {
    if (value === undefined || value === false || value === '') return [];
    return [commandLineSpelling(value === true ? { option } : { option, value: quoted(String(value)) })];
  });
  return ['whymap explain', quoted(features), ...parts].join(' ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
