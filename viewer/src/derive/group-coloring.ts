/** The map by the strongest module or group of modules at each sample, or by the presence of a group. */
import { groupPresence, type ModuleGroup, moduleGroups } from 'whymap/lava';
import { amounts, type Coloring } from './coloring-parts.js';
import { categoryColor, NEUTRAL, type Theme } from './palette.js';
import { NONE, type View } from './view.js';
import { decimal, featureName } from './words.js';

/** Features that name a group. */
const NAMED = 3;

/** Samples in which no module is present. */
const noModuleCode = ({ descriptions }: View['explanation']): string =>
  `!(${descriptions.map(({ id }) => `module:${id}`).join('|')})`;

/** A group for people: its number, and its leading features where features have names. */
export function groupTitle({ explanation }: View, { topFeatures }: ModuleGroup, group: number): string {
  if (explanation.image) return `G${group + 1}`;
  const leading = topFeatures.slice(0, NAMED).map(({ feature }) => featureName(explanation, feature));
  return `G${group + 1} ${leading.join(', ')}`;
}

/** The strongest module at each sample. */
export function strongestModule(view: View, theme: Theme): Coloring {
  const parts = view.explanation.descriptions.map(({ id }, module) => ({ name: id, modules: [module] }));
  const title = 'Strongest module';
  return strongestPart(
    view,
    parts,
    { title, note: 'the module with the highest presence at each sample' },
    theme,
  );
}

/** The presence of a group is the largest of its modules', so its strongest samples are theirs. */
export function strongestGroup(view: View, count: number, theme: Theme): Coloring {
  const groups = moduleGroups(view.explanation, count);
  const parts = groups.map((group, g) => ({ name: groupTitle(view, group, g), modules: group.modules }));
  const title = 'Strongest group of modules';
  const note = 'the group that holds the module with the highest presence at each sample';
  return strongestPart(view, parts, { title, note }, theme);
}

interface Part {
  readonly name: string;
  /** Positions of its modules. */
  readonly modules: readonly number[];
}

/** Samples by the part that holds their strongest module; those without a module are gray, below the others. */
function strongestPart(
  { explanation, strongest }: View,
  parts: readonly Part[],
  words: { readonly title: string; readonly note: string },
  theme: Theme,
): Coloring {
  const partOf = new Uint16Array(explanation.modules.count);
  parts.forEach(({ modules }, part) => {
    for (const module of modules) partOf[module] = part + 1;
  });
  const codes = new Uint16Array(strongest.length);
  const counts = new Uint32Array(parts.length + 1);
  for (let row = 0; row < codes.length; row++) {
    const module = strongest[row];
    codes[row] = module === NONE ? 0 : partOf[module];
    counts[codes[row]]++;
  }
  const colors = [NEUTRAL[theme], ...parts.map((_, part) => categoryColor(part, theme))];
  const names = ['no module present', ...parts.map(({ name }) => name)];
  const codeOf = ({ modules }: Part) =>
    modules.map((module) => `module:${explanation.descriptions[module].id}`).join('|');
  return {
    codes,
    colors,
    order: colors.map((_, index) => (index === 0 ? 0 : 1)),
    value: (row) => names[codes[row]],
    legend: {
      kind: 'categories',
      ...words,
      entries: [...names.keys()]
        .filter((index) => counts[index] > 0)
        .map((index) => ({
          name: names[index],
          color: colors[index],
          count: counts[index],
          code: index === 0 ? noModuleCode(explanation) : codeOf(parts[index - 1]),
        })),
    },
  };
}

export function presenceOfGroup(view: View, by: { count: number; group: number }, theme: Theme): Coloring {
  const group = moduleGroups(view.explanation, by.count)[by.group];
  const values = groupPresence(view.explanation, group.modules);
  const top = Math.max(...group.modules.map((module) => view.presence[module].top));
  return amounts(values, top, theme, {
    title: `Presence of ${groupTitle(view, group, by.group)}`,
    note: 'the largest presence of its modules',
    low: '0 absent',
    high: `${decimal(top)} strong`,
  });
}
