/** The size in print of the figures that are saved: one for the whole page. */
import { signal } from '@preact/signals';
import { DEFAULT_PRINT, type PrintSize } from '../keep/figure.js';

export const printSize = signal<PrintSize>(DEFAULT_PRINT);
