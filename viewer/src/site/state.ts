/** The state of the page on which a run is prepared, and the actions that change it. */
import { computed, signal } from '@preact/signals';
import { decodeExplanation } from 'whymap/io';
import type { OptionTexts } from 'whymap/options';
import { cancel, look, run } from '../compute/client.js';
import type { Found, Item, Job, Problem } from '../compute/messages.js';
import { createView } from '../derive/view.js';
import { encodeAddress } from '../state/address.js';
import { home } from '../state/home.js';
import { systemTheme, theme, view } from '../state/store.js';
import { commandLine } from './command.js';
import { droppedItems, fileItem } from './items.js';
import { saveBytes, saveReport } from './save.js';

export type Slot = 'features' | 'embedding' | 'labels';
/** Where the map comes from: made here, a file of its own, a key inside the features' file, or columns of it. */
export type MapFrom = 'made' | 'file' | 'key' | 'columns';

export interface Dropped {
  readonly item: Item;
  /** Null while it is being looked at. */
  readonly found: Found | null;
  readonly problem: Problem | null;
}

export interface Stage {
  readonly name: string;
  readonly done: number;
  readonly began: number;
  readonly ended: number | null;
}

export const slots = signal<Readonly<Record<Slot, Dropped | null>>>({
  features: null,
  embedding: null,
  labels: null,
});
export const mapFrom = signal<MapFrom>('made');
/** Settings that were filled in, by the names of the command line's options. */
export const settings = signal<OptionTexts>({});
export const phase = signal<'start' | 'running' | 'done'>('start');
export const stages = signal<readonly Stage[]>([]);
export const problem = signal<Problem | null>(null);
export const title = signal('');

export const features = computed(() => slots.value.features);

/** Two files of one name are told apart by a folder of ours. */
const nameIn = (slot: Slot): string => {
  const name = slots.value[slot]?.item.name ?? '';
  const others = (['features', 'embedding', 'labels'] as const).slice(0, slot === 'labels' ? 2 : 1);
  const taken = slot !== 'features' && others.some((other) => slots.value[other]?.item.name === name);
  return taken && name !== '' ? `${slot}/${name}` : name;
};

/** Where the file holds a map that would be taken, the method is named; undefined is the default one. */
const madeBy = computed(() => (features.value?.found?.arrays.includes(FAVORITES[0]) ? 'umap' : undefined));

/** The settings as the command line would be given them. */
export const optionTexts = computed<OptionTexts>(() => {
  const { method, embeddingKey, embeddingColumns, ...rest } = settings.value;
  const from = mapFrom.value;
  const map: OptionTexts = {
    made: { method: method ?? madeBy.value },
    file: { embedding: nameIn('embedding'), embeddingKey, embeddingColumns },
    key: { embedding: embeddingKey },
    columns: { embeddingColumns },
  }[from];
  const labels = slots.value.labels ? { labels: nameIn('labels') } : {};
  return withoutEmpty({ ...map, ...labels, ...rest });
});

export const command = computed(() => commandLine(nameIn('features'), optionTexts.value));

/** Why the run cannot start yet, or null. */
export const lacking = computed<string | null>(() => {
  const { features: table, embedding } = slots.value;
  if (!table) return 'Choose the file with your features first.';
  if (table.problem) return 'The file with the features cannot be read.';
  if (!table.found) return 'Looking at the file\u2026';
  const from = mapFrom.value;
  if (from === 'file' && !embedding) return 'Choose the file with the map, or let it be made here.';
  if (from === 'file' && embedding?.problem) return 'The file with the map cannot be read.';
  if (from === 'columns' && !settings.value.embeddingColumns) return 'Name the columns of the map.';
  return null;
});

function withoutEmpty(all: OptionTexts): OptionTexts {
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined && value !== '' && value !== false),
  );
}

export function set(name: string, value: string | boolean): void {
  settings.value = withoutEmpty({ ...settings.value, [name]: value });
}

/** What was dropped or chosen: into the slot named, or each where its name says that it belongs. */
export async function take(items: readonly Item[], slot?: Slot): Promise<void> {
  problem.value = null;
  for (const item of items) {
    const finished = finishedIn(item);
    if (finished) return openFinished(finished);
    await put(slot ?? slotFor(item), item);
  }
}

/** As `take`, for what was dropped: a folder may be refused by the browser or change while it is read. */
export async function takeDropped(transfer: DataTransfer): Promise<void> {
  try {
    await take(await droppedItems(transfer));
  } catch (error) {
    const got = `something dropped that the browser could not read (${error instanceof Error ? error.message : error})`;
    const remedy = 'drop it again, or use the button that chooses a folder';
    problem.value = { code: 'format', got, expected: 'files and folders of this machine', remedy };
  }
}

/** A saved explanation, by itself or in the folder that the command line wrote. */
function finishedIn({ name, content }: Item): File | undefined {
  if (content instanceof File) return /\.whymap$/i.test(name) ? content : undefined;
  return content.get('explanation.whymap');
}

const MAP_NAME = /umap|tsne|t-sne|embed|latent|coord|pca|isomap/i;
const LABEL_NAME = /label|class|cluster|celltype|cell_type/i;

function slotFor({ name }: Item): Slot {
  if (!slots.value.features) return 'features';
  if (LABEL_NAME.test(name)) return 'labels';
  return MAP_NAME.test(name) || !slots.value.embedding ? 'embedding' : 'labels';
}

async function put(slot: Slot, item: Item): Promise<void> {
  const setSlot = (dropped: Dropped) => {
    slots.value = { ...slots.value, [slot]: dropped };
  };
  setSlot({ item, found: null, problem: null });
  if (slot === 'embedding') takeMapFrom('file');
  if (slot === 'features') forgetNames();
  const still = () => slots.value[slot]?.item === item;
  try {
    const found = await look(item);
    if (!still()) return;
    setSlot({ item, found, problem: null });
    if (slot === 'features') guess(found);
  } catch (reason) {
    if (still()) setSlot({ item, found: null, problem: reason as Problem });
  }
}

/** Takes the map from somewhere else; names of its columns belong to where it was before. */
export function takeMapFrom(from: MapFrom): void {
  const { embeddingColumns, mapId, ...rest } = settings.value;
  settings.value = rest;
  mapFrom.value = from;
}

/** Names of columns and keys belong to the file that was there before. */
function forgetNames(): void {
  const { id, label, layer, useRaw, embeddingKey, features, drop, transpose, ...rest } = settings.value;
  settings.value = rest;
  if (mapFrom.value !== 'file') takeMapFrom('made');
}

const FAVORITES = ['X_umap', 'X_tsne', 'X_draw_graph_fa', 'X_scVI', 'X_pca'];

/** A file with maps in it most likely is to be explained by one of them. */
function guess(found: Found): void {
  if (mapFrom.value === 'file' || found.arrays.length === 0) return;
  const best = FAVORITES.find((key) => found.arrays.includes(key));
  if (best === undefined) return;
  mapFrom.value = 'key';
  set('embeddingKey', best);
}

/** The demo's penguins and their map, with the settings of the demo. */
export async function tryPenguins(): Promise<void> {
  const [{ default: table }, { default: map }] = await Promise.all([
    import('../../../data/penguins/penguins.csv?raw'),
    import('../../../data/penguins/umap.npy?url&inline'),
  ]);
  const coordinates = await (await fetch(map)).blob();
  await put('features', fileItem(new File([table], 'penguins.csv')));
  await put('embedding', fileItem(new File([coordinates], 'umap.npy')));
  settings.value = { id: 'id', label: 'species', modules: '4', localitySize: '40' };
}

export function remove(slot: Slot): void {
  slots.value = { ...slots.value, [slot]: null };
  if (slot === 'embedding' && mapFrom.value === 'file') takeMapFrom('made');
  if (slot === 'features') forgetNames();
}

export function start(): void {
  if (lacking.value !== null || phase.value === 'running') return;
  problem.value = null;
  stages.value = [];
  phase.value = 'running';
  const request = { features: nameIn('features'), options: optionTexts.value, command: command.value };
  run(jobOf(request.features), {
    progress: note,
    done: (made) => {
      noteEnd();
      show(made.bytes, { title: made.title, timings: made.timings, command: request.command });
    },
    failed: (found) => {
      phase.value = 'start';
      problem.value = found.code === 'cancelled' ? null : found;
    },
  });
}

/** The files and settings of a run, as they stand now. */
export const currentJob = (): Job => jobOf(nameIn('features'));

function jobOf(name: string): Job {
  const files = new Map<string, Item>();
  for (const slot of ['features', 'embedding', 'labels'] as const) {
    const dropped = slots.value[slot];
    if (dropped) files.set(nameIn(slot), dropped.item);
  }
  return { files, features: name, options: optionTexts.value };
}

function note(stage: string, done: number): void {
  const last = stages.value.at(-1);
  if (last?.name === stage) {
    stages.value = [...stages.value.slice(0, -1), { ...last, done }];
    return;
  }
  noteEnd();
  stages.value = [...stages.value, { name: stage, done, began: performance.now(), ended: null }];
}

function noteEnd(): void {
  const last = stages.value.at(-1);
  if (last) stages.value = [...stages.value.slice(0, -1), { ...last, done: 1, ended: performance.now() }];
}

export const stop = cancel;

async function openFinished(file: File): Promise<void> {
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    show(bytes, { title: file.name, timings: {}, command: '' });
  } catch (error) {
    const { code = 'defect', got = String(error), expected = '', remedy = '' } = error as Partial<Problem>;
    problem.value = { code, got, expected, remedy };
  }
}

interface Made {
  readonly title: string;
  readonly timings: Readonly<Record<string, number>>;
  readonly command: string;
}

/** A new result is seen from the start: the address of the last one goes, but for the theme. */
function freshAddress(): void {
  const rest = theme.value === systemTheme ? '' : `#theme=${theme.value}`;
  history.replaceState(null, '', location.pathname + location.search + rest);
}

function show(bytes: Uint8Array<ArrayBuffer>, made: Made): void {
  const explanation = decodeExplanation(bytes);
  if (view.value || made.command !== '') freshAddress();
  view.value = createView(explanation);
  title.value = made.title;
  home.value = {
    timings: made.timings,
    command: made.command,
    change: () => {
      phase.value = 'start';
    },
    saveExplanation: () => saveBytes(bytes, 'explanation.whymap', 'application/octet-stream'),
    saveReport: () => saveReport(bytes, made.title, view.value ? encodeAddress(view.value) : ''),
  };
  phase.value = 'done';
}

/** Back to the result that is there. */
export function showLast(): void {
  if (view.value) phase.value = 'done';
}
