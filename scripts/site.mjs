// Builds the site into site/dist: the pages of docs/, the reference of the library, reports that people can click, and the page
// that computes in the browser. `npm run site`; SITE_BASE=/folder/ where it is not served from the root of its host.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const site = join(root, 'site');
const pages = join(site, 'pages');

/** Pages of the repository outside docs/, by where they stand on the site. */
const OTHER_PAGES = {
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'bench/PLANTED.md': 'lab/planted.md',
  'bench/RESULTS.md': 'lab/results.md',
  'bench/VIEWER.md': 'lab/viewer-figures.md',
  'data/SOURCES.md': 'sources.md',
};

function run(command, args, cwd = root) {
  execFileSync(command, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CI: 'true' },
  });
}

/** Where a file of the repository stands on the site; null where it does not. */
function addressOf(file) {
  if (file === 'README.md') return 'index.md';
  if (OTHER_PAGES[file]) return OTHER_PAGES[file];
  if (file.startsWith('site/')) return file.slice('site/'.length);
  if (!file.startsWith('docs/') || !existsSync(join(root, file))) return null;
  const inside = file.slice('docs/'.length);
  return inside === 'README.md' ? 'contents.md' : inside.replace(/README\.md$/, 'index.md');
}

/** A page with its links led to where the files stand on the site; links to code become plain text. */
function withLinks(text, file, address) {
  return text.replace(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, picture, label, link) => {
    if (/^([a-z]+:|#)/.test(link)) return whole;
    const [path, anchor] = link.split('#');
    const target = addressOf(normalize(join(dirname(file), path)));
    if (target === null) return label;
    const led = relative(dirname(address), target);
    return `${picture}[${label}](${led.startsWith('.') ? led : `./${led}`}${anchor ? `#${anchor}` : ''})`;
  });
}

function copyPage(file, address) {
  const target = join(pages, address);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, withLinks(readFileSync(join(root, file), 'utf8'), file, address));
}

function copyPages() {
  for (const entry of readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = relative(root, join(entry.parentPath, entry.name));
    if (file.endsWith('.md')) copyPage(file, addressOf(file));
    else cpSync(join(root, file), join(pages, addressOf(file)));
  }
  for (const [file, address] of Object.entries(OTHER_PAGES)) copyPage(file, address);
  for (const page of ['index.md', 'gallery.md']) copyPage(`site/${page}`, page);
  cpSync(join(site, 'pictures'), join(pages, 'pictures'), { recursive: true });
  cpSync(join(root, 'docs/demo.png'), join(pages, 'public/demo.png'));
}

/** Reports of the data that the package brings, as anybody gets them. */
function makeGallery() {
  const gallery = join(pages, 'public/gallery');
  mkdirSync(gallery, { recursive: true });
  const made = mkdtempSync(join(tmpdir(), 'whymap-site-'));
  for (const [name, data] of [
    ['clothing', 'fashion'],
    ['penguins', 'penguins'],
  ]) {
    run('node', [join(root, 'dist/cli/main.js'), 'demo', '--data', data, '-o', join(made, name), '--quiet']);
    cpSync(join(made, name, 'report.html'), join(gallery, `${name}.html`));
  }
  rmSync(made, { recursive: true });
}

rmSync(pages, { recursive: true, force: true });
run('npm', ['run', 'build', '--silent']);
if (!existsSync(join(site, 'node_modules'))) run('npm', ['ci', '--silent'], site);
copyPages();
run('npx', ['typedoc', '--options', 'typedoc.json'], site);
makeGallery();
cpSync(join(root, 'dist/report/site'), join(pages, 'public/app'), { recursive: true });
run('npx', ['vitepress', 'build'], site);
console.log(`the site is in ${join(site, 'dist')}`);
