/** Where associations are computed and kept when that is not the engine of the context: shards of localities. */

import type { Associations, Csr, Localities, Matrix } from '../model.js';
import type { AssociationRules } from './association-rules.js';
import type { RowShards } from './row-shards.js';
import type { Watch } from './watch.js';

export interface AssociationShards {
  /** How many shards there are. */
  readonly count: number;
  /** Throws FormatError unless every shard sees the parts of a table that `key` names at the path. */
  seeParts(parts: { readonly path: string; readonly key: string }, watch: Watch): Promise<void>;
  readonly rows: RowShards;
  /**
   * Associates all localities, each on the shard that owns it. What is done with the associations is done there too
   * (lava/associations/operations.ts), to the same bytes as on an engine.
   * @param features samples x d.
   */
  associate(
    features: Matrix | Csr,
    localities: Pick<Localities, 'members' | 'size' | 'count'>,
    rules: AssociationRules,
    watch: Watch,
  ): Promise<Associations>;
}
