/** The map by groups of modules: the strongest group at each sample, or the presence of one. */
import { groupPresence, type ModuleGroup, moduleGroups } from 'whymap/lava';
import { amounts, type Coloring } from './coloring-parts.js';
import { categoryColor, NEUTRAL, type Theme } from './palette.js';
import { NONE, type View } from './view.js';
import { decimal, featureName } from './words.js';

/** Features that name a group. */
const NAMED = 3;

/** Samples in which no module is present. */
export const noModuleCode = ({ descriptions }: View['explanation']): string =>
  `!(${descriptions.map(({ id }) => `module:${id}`).join('|')})`;

/** A group for people: its number, and its leading features where features have names. */
export function groupTitle({ explanation }: View, { topFeatures }: ModuleGroup, group: number): string {
  if (explanation.image) return `G${group + 1}`;
  const leading = topFeatures.slice(0, NAMED).map(({ feature }) => featureName(explanation, feature));
  return `G${group + 1} ${leading.join(', ')}`;
}

/** The presence of a group is the largest of its modules', so its strongest samples are theirs. */
export function strongestGroup(view: View, count: number, theme: Theme): Coloring {
  const { explanation } = view;
  const groups = moduleGroups(explanation, count);
  const groupOf = new Uint16Array(explanation.modules.count);
  groups.forEach(({ modules }, group) => {
    for (const module of modules) groupOf[module] = group + 1;
  });
  const codes = Uint16Array.from(view.strongest, (module) => (module === NONE ? 0 : groupOf[module]));
  const counts = new Uint32Array(count + 1);
  for (const code of codes) counts[code]++;
  const colors = [NEUTRAL[theme], ...groups.map((_, group) => categoryColor(group, theme))];
  const names = ['no module present', ...groups.map((group, g) => groupTitle(view, group, g))];
  const codeOf = (modules: readonly number[]) =>
    modules.map((module) => `module:${explanation.descriptions[module].id}`).join('|');
  return {
    codes,
    colors,
    order: colors.map((_, index) => (index === 0 ? 0 : 1)),
    value: (row) => names[codes[row]],
    legend: {
      kind: 'categories',
      title: 'Strongest group of modules',
      note: 'the group that holds the module with the highest presence at each sample',
      entries: [...names.keys()]
        .filter((index) => counts[index] > 0)
        .map((index) => ({
          name: names[index],
          color: colors[index],
          count: counts[index],
          code: index === 0 ? noModuleCode(explanation) : codeOf(groups[index - 1].modules),
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
