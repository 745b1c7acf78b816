// The table of options as the Python package has it: by command and name in snake_case, with what a value may be.
import { kebabCase, optionsOf, snakeCase } from '../../dist/options/index.js';

/** Of the command line alone: Python returns what they write, or shows it. */
const NOT_IN_PYTHON = new Set([
  'embedding',
  'out',
  'write',
  'writeTo',
  'json',
  'quiet',
  'messages',
  'profile',
  'format',
  'port',
]);
/** Given in another way, or not at all. */
const LEFT_OUT = {
  explain: ['embeddingColumns'],
  audit: ['embeddingColumns'],
  embed: ['auditArdr', 'model', 'saveModel'],
};

/** { explain: { locality_size: { flag, type, help, default, unit } } } */
export function pythonOptions(commands) {
  const entries = commands.map((command) => [command, commandOptions(command)]);
  return Object.fromEntries(entries);
}

function commandOptions(command) {
  const rows = optionsOf(command).filter(({ name }) => !NOT_IN_PYTHON.has(name));
  const entries = rows.map(({ name, type, help, unit = null, ...row }) => {
    const option = { flag: `--${kebabCase(name)}`, type, help, default: row.default, unit };
    return [snakeCase(name), LEFT_OUT[command]?.includes(name) ? { ...option, internal: true } : option];
  });
  return Object.fromEntries(entries);
}
