/** What `--cluster` names: shards in processes of this machine, or on the workers of a Dask scheduler. */

import { randomUUID } from 'node:crypto';
import type { AssociationShards } from '../../engine/association-shards.js';
import type { Context } from '../../engine/context.js';
import { createShards } from '../../lava/shard/coordinator.js';
import { openBridge } from './bridge.js';
import { startShardProcesses } from './processes.js';

export interface Cluster {
  readonly shards: AssociationShards;
  /** Ends its processes; returns once they have ended. */
  close(): Promise<void>;
}

const LOCAL = 'local:';

/**
 * The shards that `cluster` names. Local processes start when they are needed, each with its part of the threads and of the memory;
 * a scheduler is asked for its workers at once.
 * @param cluster `local:N` or the address of a scheduler, checked. @param onCounts told what the workers of a scheduler do.
 */
export async function openCluster(
  cluster: string,
  { engine, memory }: Pick<Context, 'engine' | 'memory'>,
  onCounts: Parameters<typeof openBridge>[2],
): Promise<Cluster> {
  // onnxruntime serves no step of a shard, and need not be installed elsewhere
  const name = engine.name === 'native' ? 'wasm' : engine.name;
  const session = randomUUID();
  if (!cluster.startsWith(LOCAL)) {
    const { lines, close } = await openBridge(cluster, { engine: name }, onCounts);
    return { shards: createShards(lines, engine, session), close };
  }
  const count = Number(cluster.slice(LOCAL.length));
  const { lines, close } = startShardProcesses(count, {
    engine: name,
    threads: Math.max(1, Math.floor(engine.threads / count)),
    memory: Math.floor(memory / (count + 1)),
  });
  return { shards: createShards(lines, engine, session), close };
}
