/** The settings of a run as fields of a form, made from the table of options (src/options). */
import { findOption, type OptionDefinition, type Spelling } from 'whymap/options';

export interface Field {
  /** Of the option. */
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** What an empty field means. */
  readonly default: string;
  readonly input: 'number' | 'text' | readonly string[];
  /** Formats it is of use for; absent for all. */
  readonly formats?: readonly string[];
}

export interface Group {
  readonly title: string;
  readonly open: boolean;
  readonly fields: readonly Field[];
}

const HDF5 = ['h5', 'zarr'];
const FORMATS: Readonly<Record<string, readonly string[]>> = { header: ['csv'] };

/** The names in each group; everything else of a field comes from the table. */
const GROUPED: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'Modules', names: ['modules', 'localitySize', 'overlap', 'within', 'covering', 'seed'] },
  { title: 'Reading the file', names: ['missing', 'normalize', 'maxFeatures', 'image', 'header'] },
  { title: 'Association', names: ['association', 'associationForm', 'support', 'gate', 'form'] },
  { title: 'How far to check', names: ['draws', 'level', 'refits', 'stability', 'trust', 'threads'] },
];

export const GROUPS: readonly Group[] = GROUPED.map(({ title, names }, g) => ({
  title,
  open: g === 0,
  fields: names.map(fieldOf),
}));

const methodType = optionNamed('method').type;
/** Methods that make a map, the default first. */
export const METHODS: readonly string[] =
  methodType.kind === 'choice' ? [...new Set(['umap', ...methodType.choices])] : [];

function optionNamed(name: string): OptionDefinition {
  const found = findOption('explain', name);
  if (!found) throw new Error(`explain has no option ${name}`);
  return found;
}

function fieldOf(name: string): Field {
  const { label, help, type, default: byDefault } = optionNamed(name);
  const choices = type.kind === 'choice' ? type.choices : type.kind === 'yes-no' ? ['yes', 'no'] : null;
  const number = type.kind === 'number' || (type.kind === 'integer' && type.word === undefined);
  return {
    name,
    label,
    help: `${help.charAt(0).toUpperCase()}${help.slice(1)}.`,
    default: byDefault === null ? 'none' : String(byDefault),
    input: choices ? choices.filter((choice) => choice !== byDefault) : number ? 'number' : 'text',
    formats: FORMATS[name],
  };
}

export const usefulFor = (field: Field, format: string | undefined): boolean =>
  field.formats === undefined || (format !== undefined && field.formats.includes(format));

export const isAnndata = (format: string | undefined): boolean =>
  format !== undefined && HDF5.includes(format);

/** An option as the page calls it: its label in quotation marks, with the value that is meant. */
export const pageSpelling: Spelling = ({ option, value }) => {
  const label = findOption('explain', option)?.label ?? option;
  return value === undefined ? `\u201c${label}\u201d` : `\u201c${label}\u201d ${value}`;
};
