/** Buttons over the map: what a drag does, zoom, and what is shown. */
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from '../panels/parts/Icon.js';
import { showLocalities, showNames, type Tool, tool } from '../state/store.js';
import type { CameraControl } from './useCamera.js';

const TOOLS: readonly { tool: Tool; icon: IconName; name: string }[] = [
  { tool: 'pan', icon: 'hand', name: 'Move the map (V)' },
  { tool: 'lasso', icon: 'lasso', name: 'Select with a lasso (L, or hold Shift)' },
  { tool: 'rectangle', icon: 'rectangle', name: 'Select with a rectangle (R)' },
];

export function Toolbar({ control, notice }: { control: CameraControl; notice: string | null }) {
  return (
    <div class="toolbar" role="toolbar" aria-label="Map tools">
      <div class="group">
        {TOOLS.map((entry) => (
          <button
            key={entry.tool}
            type="button"
            class="icon-button"
            aria-pressed={tool.value === entry.tool}
            title={entry.name}
            aria-label={entry.name}
            onClick={() => {
              tool.value = entry.tool;
            }}
          >
            <Icon name={entry.icon} />
          </button>
        ))}
      </div>
      <div class="group">
        <Action name="Zoom in (+)" icon="plus" onClick={() => control.by(1.5)} />
        <Action name="Zoom out (-)" icon="minus" onClick={() => control.by(1 / 1.5)} />
        <Action name="Show all (0)" icon="fit" onClick={control.reset} />
      </div>
      <div class="group text">
        <Toggle state={showLocalities}>Localities</Toggle>
        <Toggle state={showNames}>Names</Toggle>
      </div>
      {notice && <p class="notice">{notice}</p>}
    </div>
  );
}

function Action({ name, icon, onClick }: { name: string; icon: IconName; onClick: () => void }) {
  return (
    <button type="button" class="icon-button" title={name} aria-label={name} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

function Toggle({ state, children }: { state: Signal<boolean>; children: ComponentChildren }) {
  return (
    <button
      type="button"
      class="text-button"
      aria-pressed={state.value}
      onClick={() => {
        state.value = !state.value;
      }}
    >
      {children}
    </button>
  );
}
