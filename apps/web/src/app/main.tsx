import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '#ui/tokens.css';
import '@mantine/core/styles.layer.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { styleNonce } from '#lib/style-nonce.ts';
import { App } from './app.tsx';
import { reloadWhenOutdated } from './outdated.ts';

reloadWhenOutdated();
// Where what locks the scroll behind a dialog (react-remove-scroll) looks for the nonce of its style element.
Object.assign(globalThis, { __webpack_nonce__: styleNonce() });

const element = document.getElementById('root');
if (element === null) throw new Error('index.html has no element with the id "root".');
createRoot(element).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
