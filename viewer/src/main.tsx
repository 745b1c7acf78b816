/** Starts the page: finds the explanation in it, and shows it or says why it cannot. */
import { render } from 'preact';
import { App } from './App.js';
import { createView } from './derive/view.js';
import { embedded, type Loaded } from './load.js';
import { Failure } from './panels/page/Failure.js';
import { view } from './state/store.js';
import './styles/base.css';
import './styles/map.css';
import './styles/panels.css';
import './styles/charts.css';

async function start(root: HTMLElement): Promise<void> {
  try {
    const loaded = await embedded();
    if (loaded) show(root, loaded);
    else render(<Failure message="This page carries no explanation." />, root);
  } catch (error) {
    render(<Failure message={error instanceof Error ? error.message : String(error)} />, root);
  }
}

function show(root: HTMLElement, { explanation, title, comparison }: Loaded): void {
  view.value = createView(explanation, comparison);
  render(<Shown title={title} />, root);
  document.documentElement.dataset.ready = 'true';
}

/** The page of the explanation that is shown: another one when its modules get names. */
function Shown({ title }: { title: string }) {
  return view.value && <App view={view.value} title={title} />;
}

const root = document.getElementById('app');
if (root) void start(root);
