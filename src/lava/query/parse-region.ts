/**
 * Regions as short texts, for the command line and for links:
 * `locality:12`, `rectangle:0,0,5,3`, `polygon:0,0;5,0;5,3`, `label:B cells`, `ids:a,b,c`, `rows:0,1,2`, `module:M3`.
 */

import { OptionError } from '../../errors.js';
import type { Region } from './regions.js';

/** The region that a text names. Throws OptionError for any other text. */
export function parseRegion(text: string): Region {
  const at = text.indexOf(':');
  const kind = text.slice(0, at).trim();
  const rest = text.slice(at + 1).trim();
  if (at < 1 || rest === '') throw unreadable(text);
  switch (kind) {
    case 'locality':
      return { kind, locality: numbers(rest, text)[0] };
    case 'rectangle': {
      const values = numbers(rest, text);
      if (values.length % 2 !== 0) throw unreadable(text);
      return { kind, from: values.slice(0, values.length / 2), to: values.slice(values.length / 2) };
    }
    case 'polygon':
      return { kind, points: rest.split(';').map((corner) => pair(corner, text)) };
    case 'label':
      return { kind, label: rest };
    case 'ids':
      return { kind, ids: rest.split(',').map((id) => id.trim()) };
    case 'rows':
      return { kind, rows: numbers(rest, text) };
    case 'module':
      return { kind, module: rest };
    default:
      throw unreadable(text);
  }
}

/**
 * Numbers separated by commas.
 * @param text the whole region, for the error.
 */
function numbers(list: string, text: string): number[] {
  const values = list.split(',').map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  if (!values.every(Number.isFinite)) throw unreadable(text);
  return values;
}

/** Two numbers separated by a comma. */
function pair(corner: string, text: string): [number, number] {
  const values = numbers(corner, text);
  if (values.length !== 2) throw unreadable(text);
  return [values[0], values[1]];
}

/** The error for a text that names no region. */
function unreadable(text: string): OptionError {
  return new OptionError({
    got: `a region written as ${JSON.stringify(text)}`,
    expected:
      'locality:NUMBER, rectangle:X,Y,X,Y, polygon:X,Y;X,Y;X,Y, label:NAME, ids:A,B, rows:0,1 or module:M1',
    remedy: 'write one of these, with quotes around names that hold spaces',
  });
}
