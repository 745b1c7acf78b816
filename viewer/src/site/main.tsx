/** Starts the page that computes. */
import { render } from 'preact';
import '../styles/base.css';
import '../styles/map.css';
import '../styles/panels.css';
import '../styles/charts.css';
import '../styles/site.css';
import { Site } from './Site.js';

const root = document.getElementById('app');
if (root) {
  root.textContent = '';
  render(<Site />, root);
  document.documentElement.dataset.ready = 'true';
}
