// VitePress's own theme with two of its accessibility findings mended.
import DefaultTheme from 'vitepress/theme';
import './site.css';

export default DefaultTheme;
