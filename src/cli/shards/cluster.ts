/** What `--cluster` names: shards in processes of this machine. */

import { randomUUID } from 'node:crypto';
import type { AssociationShards } from '../../engine/association-shards.js';
import type { Context } from '../../engine/context.js';
import { createShards } from '../../lava/shard/coordinator.js';
import { startShardProcesses } from './processes.js';

export interface Cluster {
  readonly shards: AssociationShards;
  /** Ends its processes; returns once they have ended. */
  close(): Promise<void>;
}

/**
 * The shards that `cluster` names. Processes start when they are needed, each with its part of the threads and of the memory.
 * @param cluster `local:N`, checked.
 */
export async function openCluster(
  cluster: string,
  { engine, memory }: Pick<Context, 'engine' | 'memory'>,
): Promise<Cluster> {
  const count = Number(cluster.slice('local:'.length));
  const processes = startShardProcesses(count, {
    // the one that was chosen here, so that all compute alike
    engine: engine.name,
    threads: Math.max(1, Math.floor(engine.threads / count)),
    memory: Math.floor(memory / (count + 1)),
  });
  return { shards: createShards(processes.lines, engine, randomUUID()), close: processes.close };
}
