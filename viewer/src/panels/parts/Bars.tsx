/** Rows of a name, a bar and a figure. */
import type { ComponentChildren } from 'preact';

export interface BarRow {
  readonly key: string | number;
  readonly name: ComponentChildren;
  /** Length of the bar, 0 to 1. */
  readonly value: number;
  /** Where a mark for comparison stands, 0 to 1. */
  readonly mark?: number;
  readonly figure: string;
  readonly color?: string;
  readonly onSelect?: () => void;
  readonly title?: string;
}

export function Bars({ rows, label }: { rows: readonly BarRow[]; label: string }) {
  return (
    <ul class="bars" aria-label={label}>
      {rows.map((row) => (
        <li key={row.key} title={row.title}>
          {row.onSelect ? (
            <button type="button" class="bar-name link" onClick={row.onSelect}>
              {row.name}
            </button>
          ) : (
            <span class="bar-name">{row.name}</span>
          )}
          <span class="bar">
            <i style={{ width: `${100 * Math.max(0, Math.min(1, row.value))}%`, background: row.color }} />
            {row.mark !== undefined && <b style={{ left: `${100 * Math.min(1, row.mark)}%` }} />}
          </span>
          <span class="bar-value">{row.figure}</span>
        </li>
      ))}
    </ul>
  );
}
