// Loaded with --require: kills the process at the operation KILL_AT (from 1) of those that change files, before it is
// carried out. KILL_AFTER: only operations from this one on are counted, such as the rename to a name.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const at = Number(process.env.KILL_AT ?? 0);
const after = process.env.KILL_AFTER ?? '';
let counting = after === '';
let count = 0;

for (const name of ['rename', 'rm', 'rmdir', 'mkdir', 'open', 'writeFile', 'cp']) {
  const original = fs.promises[name];
  fs.promises[name] = function (...given) {
    if (!counting && given.some((path) => String(path).endsWith(after))) counting = true;
    if (counting && ++count === at) process.kill(process.pid, 'SIGKILL');
    return original.apply(this, given);
  };
}
syncBuiltinESMExports();
