// A missing label is no class: such samples take no part in figures about labels.
import { expect, test } from 'vitest';
import { createContext } from 'whymap';
import { audit } from 'whymap/trust';
import { createRandom } from '#whymap/core/random.js';

/** Three groups far apart: sample i is in group i % 3. */
function groups(samples: number) {
  const random = createRandom(3, 'groups');
  const data = Float32Array.from({ length: samples * 2 }, (_, at) => {
    const group = Math.floor(at / 2) % 3;
    return 100 * (at % 2 === 0 ? group : group * group) + random.normal();
  });
  return { rows: samples, columns: 2, data };
}

test('samples without a label leave accuracy and silhouette as the others have them', async () => {
  const features = groups(60);
  const all = Array.from({ length: 60 }, (_, i) => String(i % 3));
  const some = all.map((label, i) => (i % 7 === 0 ? '' : label));
  const context = await createContext({ seed: 1 });
  const measure = async (labels: string[]) =>
    (await audit({ features, embedding: features }, { k: 5, labels }, context)).measures;
  const [every, missing] = [await measure(all), await measure(some)];
  expect(every.labelAccuracy?.value).toBe(1);
  expect(missing.labelAccuracy?.value).toBe(1);
  expect(missing.silhouette?.value).toBeCloseTo(every.silhouette?.value ?? 0, 2);
  // as a class of its own it would pull both down
  const asClass = await measure(all.map((label, i) => (i % 7 === 0 ? 'none' : label)));
  expect(asClass.labelAccuracy?.value).toBeLessThan(0.95);
  expect(asClass.silhouette?.value).toBeLessThan(0.8);
});

test('labels of which most stand alone are no classes: nothing rests on them, and the verdict says so', async () => {
  const features = groups(60);
  const context = await createContext({ seed: 1 });
  const verdictOf = async (labels: string[]) =>
    audit({ features, embedding: features }, { k: 5, labels }, context);
  const named = await verdictOf(
    Array.from({ length: 60 }, (_, i) => (i === 1 ? '' : `sample ${Math.max(2, i)}`)),
  );
  expect(named.measures.labelAccuracy).toBeUndefined();
  expect(named.measures.silhouette).toBeUndefined();
  const about = named.verdict.find((sentence) => sentence.about === 'labels');
  expect(about).toMatchObject({ answer: 'unknown' });
  expect(about?.text).toContain('58 different ones for 59 samples');
  const paired = await verdictOf(Array.from({ length: 60 }, (_, i) => `pair ${i % 30}`));
  expect(paired.measures.labelAccuracy).toBeDefined();
});
