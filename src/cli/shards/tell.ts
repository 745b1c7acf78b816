/** What a person or program reads of the workers of a scheduler. */

import { count, plural } from '../../core/words.js';
import type { PrintValues } from '../../options/index.js';

type Counts = Readonly<Record<string, unknown>>;

/** Tells of workers, rounds and bytes: to a program each time they are known, to a person once at the end. */
export interface ClusterTeller {
  onCounts(counts: Counts): void;
  /** Says what was done, on standard error; nothing where no worker has done anything. */
  end(): void;
}

/** How it is told, by the options of what is printed. */
export function clusterTeller({ quiet, messages }: PrintValues): ClusterTeller {
  let last: Counts | null = null;
  return {
    onCounts(counts) {
      last = counts;
      if (messages === 'json') process.stderr.write(`${JSON.stringify(counts)}\n`);
    },
    end() {
      if (last && !quiet && messages !== 'json') process.stderr.write(`${clusterSentence(last)}\n`);
    },
  };
}

/** `Cluster: 4 workers, 150 rounds, 120 MB sent, 900 MB received, 1 process lost and replaced.` */
function clusterSentence({ workers, rounds, bytesOut, bytesIn, restarts }: Counts): string {
  const lost = Number(restarts);
  const parts = [
    plural(Number(workers), 'worker'),
    plural(Number(rounds), 'round'),
    `${megabytes(bytesOut)} sent`,
    `${megabytes(bytesIn)} received`,
    ...(lost > 0 ? [`${plural(lost, 'process', 'processes')} lost and replaced`] : []),
  ];
  return `Cluster: ${parts.join(', ')}.`;
}

/** Bytes in megabytes. */
const megabytes = (bytes: unknown): string => `${count(Math.round(Number(bytes) / 1e6))} MB`;
