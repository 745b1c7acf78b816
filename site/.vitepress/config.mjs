// The site: pages that scripts/site.mjs gathers in site/pages. No request leaves it: fonts and search are its own files.
import { defineConfig } from 'vitepress';

const tutorials = [
  { text: 'Your first explanation', link: '/getting-started' },
  { text: 'Cells: from .h5ad to a figure', link: '/tutorials/biologist' },
  { text: 'A CSV: from table to answer', link: '/tutorials/analyst' },
  { text: 'Sentence vectors and latents', link: '/tutorials/ml-engineer' },
  { text: 'The library in TypeScript', link: '/tutorials/typescript' },
  { text: 'Python', link: '/python' },
  { text: 'R', link: '/r' },
];
const guides = [
  { text: 'How whymap reads your files', link: '/reading' },
  { text: 'Ask about regions', link: '/queries' },
  { text: 'Compare disease and control', link: '/conditions' },
  { text: 'Make an embedding', link: '/embed' },
  { text: 'Use the page', link: '/viewer' },
  { text: 'Questions people ask', link: '/faq' },
];
const explanations = [
  { text: 'What a module is, in pictures', link: '/concepts' },
  { text: 'Choosing the options', link: '/parameters' },
  { text: 'LAVA, the method', link: '/method-lava' },
  { text: 'What may be claimed of a module', link: '/evaluation' },
  { text: 'Do modules come back?', link: '/stability' },
  { text: 'How far to trust a map', link: '/trust' },
  { text: 'Is this structure in my data?', link: '/structure' },
  { text: 'Attraction and repulsion', link: '/ardr' },
  { text: 'Engines and speed', link: '/engines' },
  { text: 'How whymap compares', link: '/compared' },
];
const reference = [
  { text: 'Options', link: '/options' },
  { text: 'Output files', link: '/outputs' },
  { text: 'Input formats', link: '/formats' },
  { text: 'Library', link: '/api/' },
  { text: 'Glossary', link: '/glossary' },
  { text: 'Changes', link: '/changelog' },
  { text: 'From 0.1.0 to 0.2.0', link: '/migrating' },
];

/** Pages are Markdown without HTML, but for the anchors that the reference of the library is made with. */
function anchorRule(state, silent) {
  const found = /^<a id="([\w-]+)"><\/a>/.exec(state.src.slice(state.pos));
  if (!found) return false;
  if (!silent) {
    const token = state.push('anchor_open', 'a', 1);
    token.attrs = [['id', found[1]]];
    state.push('anchor_close', 'a', -1);
  }
  state.pos += found[0].length;
  return true;
}

export default defineConfig({
  title: 'whymap',
  description: 'Explains latent embeddings: what makes a region, and how far the map can be trusted.',
  srcDir: 'pages',
  outDir: 'dist',
  base: process.env.SITE_BASE ?? '/',
  cleanUrls: false,
  lastUpdated: false,
  metaChunk: true,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    // letters of the default themes are too pale on the ground of code blocks
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    html: false,
    math: false,
    config: (md) => md.inline.ruler.before('html_inline', 'anchor', anchorRule),
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: '/getting-started' },
      { text: 'Gallery', link: '/gallery' },
      { text: 'Reference', link: '/options' },
      { text: 'Explain in this browser', link: '/app/index.html', target: '_self' },
    ],
    sidebar: [
      { text: 'Tutorials', items: tutorials },
      { text: 'How to', items: guides },
      { text: 'Understand', items: explanations },
      { text: 'Reference', items: reference },
      { text: 'Lab notes', link: '/lab/' },
    ],
  },
});
