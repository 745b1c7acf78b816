// The fastest engine that loads here, and the nearest neighbors of every row.
import { createContext } from 'whymap';
import { neighbors } from 'whymap/neighbors';

// 400 points on a ring in 20 dimensions: each lies between the one before and the one after
const [rows, columns] = [400, 20];
const data = new Float32Array(rows * columns);
for (let r = 0; r < rows; r++) {
  for (let c = 0; c < columns; c++) data[r * columns + c] = Math.sin((2 * Math.PI * r) / rows + c);
}

const context = await createContext();
const found = await neighbors({ rows, columns, data }, { k: 2 }, context);
await context.close();

console.log(`${context.engine.name}: ${context.reason}`);
console.log(`method ${found.method}, recall ${found.recall}`);
console.log(
  `neighbors of row 100: ${[...found.indices.subarray(200, 202)].sort((a, b) => a - b).join(' and ')}`,
);
