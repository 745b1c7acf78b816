/**
 * Made data with planted modules, seeded: six groups of samples on a ring, 40 named features, four sets of features
 * that move together in some groups each. As texts of two CSV files, joined by id.
 */
import { createRandom } from '#whymap/core/random.js';

const NAMES =
  'actin bandit cipher delta ember fable garnet harbor iris jasper kelp lumen maple nectar onyx prism quartz raven sable tundra umber velvet willow xenon yarrow zephyr arrow birch cedar dune elm fern grove heath ivy juniper knoll larch moss nettle'.split(
    ' ',
  );
const GROUPS = 6;
/** Features of each module, and the groups in which it is present. */
export const PLANTED = [
  { features: [0, 1, 2, 3, 4, 5], groups: [0, 3] },
  { features: [6, 7, 8, 9, 10], groups: [1] },
  { features: [11, 12, 13, 14], groups: [2, 4] },
  { features: [15, 16, 17, 18, 19, 20, 21], groups: [5, 0] },
] as const;
/** Features that tell the groups apart, so that a map can be faithful to them. */
const APART = { first: 30, count: 8, by: 2.5 };

export const moduleNames = PLANTED.map(({ features }) => features.map((feature) => NAMES[feature]));

export function madeTable(rows: number): { readonly table: string; readonly map: string } {
  const random = createRandom(1).stream('made table');
  const normal = () => random.normal();
  const table = [`id,group,${NAMES.join(',')}`];
  const map = ['id,x,y'];
  for (let row = 0; row < rows; row++) {
    const group = random.below(GROUPS);
    const values = NAMES.map(normal);
    for (const { features, groups } of PLANTED) {
      if (!(groups as readonly number[]).includes(group)) continue;
      const shared = normal();
      features.forEach((feature, i) => {
        // every fourth goes the other way
        values[feature] = (i % 4 === 3 ? -1 : 1) * 0.85 * shared + 0.55 * values[feature];
      });
    }
    for (let i = 0; i < APART.count; i++) values[APART.first + i] += APART.by * ((group >> (i % 3)) & 1);
    const angle = (2 * Math.PI * group) / GROUPS;
    table.push(`s${row},group ${'ABCDEF'[group]},${values.map((value) => value.toFixed(4)).join(',')}`);
    const position = [6 * Math.cos(angle) + 1.2 * normal(), 6 * Math.sin(angle) + 1.2 * normal()];
    map.push(`s${row},${position.map((value) => value.toFixed(4)).join(',')}`);
  }
  return { table: `${table.join('\n')}\n`, map: `${map.join('\n')}\n` };
}
