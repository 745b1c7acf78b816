/**
 * Which modules are summed together (local-squares.ts): as many as the memory of their sums allows, in order. Together
 * they cost no more than each alone, since nothing is computed in a locality but what a module present there needs.
 * Fails: never.
 */

export interface ModuleGroup {
  /** Numbers of the modules. */
  readonly modules: readonly number[];
  /** Features of any of them, ascending. */
  readonly union: Int32Array;
  /** Numbers of the localities in which any of them takes part. */
  readonly localities: Int32Array;
  /** localities of the group x modules of the group. */
  readonly factors: Float64Array;
  /** modules x features of the union (rounded up to a multiple of 8): row of the sums of a module's features, else -1. */
  readonly rows: Int32Array;
  /** modules + 1: the first row of the sums of each module. */
  readonly firstRows: readonly number[];
  /** modules x panels of 8 features of the union: 1 for those that hold a feature of a module. */
  readonly panels: Uint8Array;
}

/** Most bytes of the sums of a group. */
const MOST_BYTES = 2 ** 27;

/**
 * Divides the modules, in their order, into groups, each as large as MOST_BYTES of sums allow, at least one module. A
 * module's sums are a row of float32 over all features of the group for each of its own. Returns for each group its modules, features
 * and localities with factors (those where any of its modules is present), and which features each module has.
 * @param chosen features of each module, ascending.
 * @param factors localities x modules; 0 where a module is absent.
 */
export function groupModules(chosen: readonly Int32Array[], factors: Float64Array): ModuleGroup[] {
  const groups: ModuleGroup[] = [];
  let modules: number[] = [];
  let rows = 0;
  let union = new Set<number>();
  for (const [k, features] of chosen.entries()) {
    const both = new Set([...union, ...features]);
    if (modules.length > 0 && 4 * (rows + features.length) * (both.size + 7) > MOST_BYTES) {
      groups.push(groupOf(modules, union, chosen, factors));
      [modules, rows] = [[], 0];
      union = new Set(features);
    } else union = both;
    modules.push(k);
    rows += features.length;
  }
  if (modules.length > 0) groups.push(groupOf(modules, union, chosen, factors));
  return groups;
}

/**
 * The arrays of one group of modules.
 * @param modules numbers of the group's modules.
 * @param features of any of them.
 * @param chosen features of each module, of all groups.
 * @param factors localities x all modules; 0 where a module is absent.
 */
function groupOf(
  modules: readonly number[],
  features: ReadonlySet<number>,
  chosen: readonly Int32Array[],
  factors: Float64Array,
): ModuleGroup {
  const union = Int32Array.from(features).sort();
  const width = Math.ceil(union.length / 8) * 8;
  const rows = new Int32Array(modules.length * width).fill(-1);
  const firstRows = [0];
  const panels = new Uint8Array((modules.length * width) / 8);
  modules.forEach((k, position) => {
    const ofModule = new Set(chosen[k]);
    let row = firstRows[position];
    union.forEach((feature, i) => {
      if (!ofModule.has(feature)) return;
      rows[position * width + i] = row++;
      panels[(position * width) / 8 + (i >> 3)] = 1;
    });
    firstRows.push(row);
  });
  const localities: number[] = [];
  const kept: number[] = [];
  for (let l = 0; l * chosen.length < factors.length; l++) {
    const here = modules.map((k) => factors[l * chosen.length + k]);
    if (here.every((factor) => factor === 0)) continue;
    localities.push(l);
    kept.push(...here);
  }
  return {
    ...{ modules, union, rows, firstRows, panels },
    localities: Int32Array.from(localities),
    factors: Float64Array.from(kept),
  };
}
