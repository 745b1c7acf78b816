// The options of the command line as the Python package has them: by name in snake_case, with what a value may be.

/** Of the command line alone: Python returns what they write, or shows it. */
const NOT_IN_PYTHON = new Set([
  'embedding',
  'out',
  'write',
  'write-to',
  'json',
  'quiet',
  'messages',
  'format',
  'port',
]);

/** Kinds of values, by what stands in the angle brackets. */
function typeOf(placeholder) {
  if (placeholder === undefined) return 'flag';
  if (placeholder === 'yes|no') return 'yes-no';
  if (placeholder === 'file' || placeholder === 'folder') return 'file';
  if (placeholder.split('|').includes('number'))
    return placeholder === 'number' ? 'number' : 'number-or-text';
  return 'text';
}

/** { explain: { locality_size: { flag, type, help, default } } } */
export function optionsOf(commands) {
  const entries = commands.map(({ usage, options }) => [usage.split(' ')[0], commandOptions(options)]);
  return Object.fromEntries(entries);
}

function commandOptions(options) {
  const entries = options.flatMap(({ flags, text }) => {
    const [, name, placeholder] = /--([a-z0-9-]+)(?:\s+<(.+)>)?/.exec(flags);
    if (NOT_IN_PYTHON.has(name)) return [];
    const found = /^(.*?)\s*\(default: (.*)\)$/.exec(text);
    const [help, byDefault] = found ? [found[1], found[2]] : [text, null];
    const option = { flag: `--${name}`, type: typeOf(placeholder), help, default: byDefault };
    return [[name.replaceAll('-', '_'), option]];
  });
  return Object.fromEntries(entries);
}
