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

/** Kinds of values in Python, by the type of the option. */
function typeOf(type) {
  switch (type.kind) {
    case 'integer':
      return type.word === undefined ? 'number' : 'number-or-text';
    case 'file':
    case 'output':
      return 'file';
    case 'flag':
    case 'yes-no':
    case 'number':
      return type.kind;
    default:
      return 'text';
  }
}

/** From the table of options: { explain: { locality_size: { flag, type, help, default } } } */
export function pythonOptions({ COMMANDS, kebabCase, optionsOf, snakeCase }) {
  const described = (name) => optionsOf(name).filter((row) => !NOT_IN_PYTHON.has(kebabCase(row.name)));
  const entry = ({ name, type, help, default: byDefault }) => [
    snakeCase(name),
    {
      flag: `--${kebabCase(name)}`,
      type: typeOf(type),
      help: helpOf(type, help),
      default: wordsOf(byDefault),
    },
  ];
  return Object.fromEntries(
    COMMANDS.map(({ name }) => [name, Object.fromEntries(described(name).map(entry))]),
  );
}

const wordsOf = (byDefault) => (byDefault === null ? null : String(byDefault));

const helpOf = (type, help) => (type.kind === 'choice' ? `${help}: ${type.choices.join(', ')}` : help);
