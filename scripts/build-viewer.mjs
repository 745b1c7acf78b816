// Builds the viewer twice.
// dist/report/app.html is one file: script and style inlined, and a marked place for the explanation, which
// `renderReport` fills. dist/report/site/ is the page that computes: parts that load when they are needed, with the
// library's workers among them, to be served by `whymap view` or any web server.
// Does nothing when neither the viewer nor what it may import has changed since the last build.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(root, 'dist/report/app.html');
const site = join(root, 'dist/report/site');
const stamp = join(root, 'dist/report/app.sha256');
/** What the result depends on; the lock file stands for the libraries. */
const INPUTS = ['viewer', 'src', 'scripts/build-viewer.mjs', 'package-lock.json'];

function fingerprint() {
  const hash = createHash('sha256');
  const add = (path) => {
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`);
    } else hash.update(path).update(readFileSync(join(root, path)));
  };
  INPUTS.forEach(add);
  return hash.digest('hex');
}

const wanted = fingerprint();
if (existsSync(page) && existsSync(site) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)
  process.exit(0);
const { build } = await import('vite');

/** The public names of the library (`whymap`, `whymap/lava`...) are its sources here, so that nothing is bundled twice. */
const alias = [
  { find: /^whymap$/, replacement: join(root, 'src/index.ts') },
  { find: /^whymap\/viewer$/, replacement: join(root, 'src/report/index.ts') },
  { find: /^whymap\/(\w+)$/, replacement: join(root, 'src/$1/index.ts') },
];
/** Parts of jspdf that draw web pages, which nothing here does. */
alias.push({ find: /^(html2canvas|canvg|dompurify)$/, replacement: join(root, 'viewer/src/keep/absent.ts') });
/** Node's own modules are named in branches that browsers never take. */
const external = [/^node:/];

/** Bundles viewer/src/main.tsx as one script and one style sheet, held in memory. */
async function bundle() {
  const { output } = await build({
    root: join(root, 'viewer'),
    configFile: false,
    resolve: { alias },
    logLevel: 'warn',
    build: {
      write: false,
      modulePreload: false,
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      cssCodeSplit: false,
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { external, output: { codeSplitting: false } },
    },
    // threads of an engine, which the page never starts: they are looked at, and left out
    worker: { format: 'es', rolldownOptions: { external } },
  });
  const script = output.filter((item) => item.type === 'chunk');
  const style = output.filter((item) => item.type === 'asset' && item.fileName.endsWith('.css'));
  if (script.length !== 1) throw new Error(`the viewer must be one script, got ${script.length}`);
  if (/from\s*["']node:/.test(script[0].code)) throw new Error('the viewer must not import modules of Node');
  return { script: script[0].code, style: style.map((item) => item.source).join('\n') };
}

/** A script inside a page ends at the first closing tag, wherever it stands. */
const inScript = (code) => code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');

const { script, style } = await bundle();
const text = readFileSync(join(root, 'viewer/index.html'), 'utf8')
  .replace('</head>', () => `<style id="whymap-style">${style}</style>\n  </head>`)
  .replace(
    /<script type="module"[^>]*><\/script>/,
    () =>
      `<!--whymap:explanation-->\n    <script type="module" id="whymap-script">${inScript(script)}</script>`,
  );
const guarded = withPolicy(text);
mkdirSync(join(root, 'dist/report'), { recursive: true });
writeFileSync(page, guarded);
await buildSite(guarded);
writeFileSync(stamp, wanted);

/** The page with its policy: it runs its own script and style, known by their hashes, and asks the network for nothing. */
function withPolicy(html) {
  const hashOf = (pattern) => {
    const [, content] = pattern.exec(html) ?? [];
    if (content === undefined) throw new Error('the page has no script or no style of its own');
    return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
  };
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(/<script type="module" id="whymap-script">([\s\S]*?)<\/script>/)}`,
    `style-src ${hashOf(/<style id="whymap-style">([\s\S]*?)<\/style>/)}`,
    'img-src data: blob:',
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
  return html.replace(
    '<link rel="icon"',
    () => `<meta http-equiv="Content-Security-Policy" content="${policy}" />\n    <link rel="icon"`,
  );
}

/** The page that computes. */
async function buildSite(template) {
  const rolldownOptions = { external, onLog: quietly };
  await build({
    root: join(root, 'viewer/site'),
    base: './',
    configFile: false,
    resolve: { alias },
    logLevel: 'warn',
    build: {
      outDir: site,
      emptyOutDir: true,
      modulePreload: false,
      // the page may fetch nothing, so modules of WebAssembly (.so: of HDF5) lie in the script that uses them
      assetsInlineLimit: (file) => /\.(wasm|so)$/.test(file) || undefined,
      chunkSizeWarningLimit: 6000,
      rolldownOptions,
    },
    plugins: [kernelsAsBytes()],
    worker: { format: 'es', rolldownOptions, plugins: () => [kernelsAsBytes()] },
  });
  // so that the page can make offline reports
  writeFileSync(join(site, 'report-template.js'), `export default ${JSON.stringify(template)};\n`);
}

/**
 * Kernels as a text with a letter a byte, from which the page makes the base64 that the engine reads: servers compress
 * it by a fifth more than base64, which hides repeated bytes.
 */
function kernelsAsBytes() {
  const base64 = /([`"'])([A-Za-z0-9+/]{10000,}={0,2})\1/g;
  return {
    name: 'kernels-as-bytes',
    generateBundle(_, files) {
      for (const file of Object.values(files)) {
        if (file.type !== 'chunk' || !file.fileName.includes('bytes-')) continue;
        file.code = file.code.replace(base64, (_whole, _quote, text) => `btoa(${literal(atob(text))})`);
      }
    },
  };
}

/** A text of letters below 256 as a template literal; what would end it or be changed by readers is escaped. */
function literal(text) {
  const safe = text
    .replace(/[\\`$]/g, '\\$&')
    .replace(/\r/g, '\\r')
    .replaceAll('\0', '\\x00');
  return `\`${safe}\``;
}

/** The js engine is part of every context here, so its import is never lazy: known, and no harm. */
function quietly(level, log, handler) {
  if (!['INEFFECTIVE_DYNAMIC_IMPORT', 'PLUGIN_TIMINGS'].includes(log.code)) handler(level, log);
}
