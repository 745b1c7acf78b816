/** Frames on the streams of a process. */

import type { Readable, Writable } from 'node:stream';
import { createFrameReader, encodeFrame, type Frame } from '../../lava/shard/frames.js';

/** Writes a frame. The stream keeps what the other side has not read yet. */
export function writeFrame(stream: Writable, frame: Frame): void {
  stream.cork();
  for (const piece of encodeFrame(frame)) stream.write(piece);
  stream.uncork();
}

/**
 * Calls back with each frame of a stream, until it ends.
 * @param onEnd is told the error of a stream that holds no frames or stops inside one, and null after a whole frame.
 */
export function readFrames(
  stream: Readable,
  onFrame: (frame: Frame) => void,
  onEnd: (error: Error | null) => void,
): void {
  const reader = createFrameReader(onFrame);
  let over = false;
  const end = (error: Error | null): void => {
    if (over) return;
    over = true;
    onEnd(error);
  };
  stream.on('data', (chunk: Uint8Array) => {
    if (over) return;
    try {
      reader.push(chunk);
    } catch (error) {
      end(error as Error);
      stream.destroy();
    }
  });
  stream.on('end', () => end(reader.isInside() ? new Error('the stream ended inside a frame') : null));
  stream.on('error', end);
}
