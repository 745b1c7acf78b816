/** How wide a saved figure is in print, and how fine its pixels. */
import { pixelsOf } from '../../keep/figure.js';
import { printSize } from '../../state/print.js';

export function PrintSizeFields() {
  const { width, dpi } = printSize.value;
  return (
    <div class="print-size">
      <label>
        <span>Width, mm</span>
        <input
          type="number"
          min={20}
          max={1000}
          value={width}
          onInput={(event) => change({ width: event.currentTarget.valueAsNumber })}
        />
      </label>
      <label>
        <span>Dots per inch</span>
        <input
          type="number"
          min={72}
          max={1200}
          value={dpi}
          onInput={(event) => change({ dpi: event.currentTarget.valueAsNumber })}
        />
      </label>
      <span class="note">{pixelsOf(printSize.value)} pixels across</span>
    </div>
  );
}

function change(part: { width?: number; dpi?: number }): void {
  const next = { ...printSize.value, ...part };
  if (next.width > 0 && next.dpi > 0) printSize.value = next;
}
