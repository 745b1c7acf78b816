/** How the list of modules is ordered and narrowed. */
import { signal } from '@preact/signals';
import type { Explanation } from 'whymap';
import { type Filter, ORDER_NAMES, ORDERS, type Order } from '../../derive/module-order.js';
import { featureNoun } from '../../derive/words.js';

const EVERY: Filter = { order: 'share', text: '', significant: false };

export const filter = signal<Filter>(EVERY);

export const showEvery = (): void => {
  filter.value = EVERY;
};

/** Shorter lists are seen at once. */
const FEW = 3;

export function ModuleFilter({ explanation, shown }: { explanation: Explanation; shown: number }) {
  const { descriptions } = explanation;
  if (descriptions.length < FEW) return null;
  const change = (part: Partial<Filter>) => {
    filter.value = { ...filter.value, ...part };
  };
  const tested = descriptions.some(({ significance }) => significance !== null);
  return (
    <form class="module-filter" aria-label="Modules" onSubmit={(event) => event.preventDefault()}>
      <input
        type="search"
        aria-label={`Find a module by name or ${featureNoun(explanation)}`}
        placeholder={`Module or ${featureNoun(explanation)}`}
        value={filter.value.text}
        onInput={(event) => change({ text: event.currentTarget.value })}
      />
      <label class="choice">
        <span>by</span>
        <select
          aria-label="Order of the modules"
          value={filter.value.order}
          onChange={(event) => change({ order: event.currentTarget.value as Order })}
        >
          {ORDERS.map((order) => (
            <option key={order} value={order}>
              {ORDER_NAMES[order]}
            </option>
          ))}
        </select>
      </label>
      {tested && (
        <label class="check">
          <input
            type="checkbox"
            checked={filter.value.significant}
            onChange={(event) => change({ significant: event.currentTarget.checked })}
          />
          only significant
        </label>
      )}
      <span class="unseen" aria-live="polite">
        {shown} of {descriptions.length} modules listed
      </span>
    </form>
  );
}
