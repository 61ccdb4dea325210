import { loadsOptional } from '#lib/optional-part.ts';

const MARK = 'quadrax.reloaded-at';
const ONCE_IN = 30_000;

/**
 * A part of the app is gone when the server was updated under an open page: load the new one, but never in a loop, and
 * never while the server is away or for a part that can be done without, which would lose the page.
 */
export function reloadWhenOutdated(): void {
  window.addEventListener('vite:preloadError', () => {
    if (loadsOptional()) return;
    const last = Number(sessionStorage.getItem(MARK) ?? 0);
    if (Date.now() - last < ONCE_IN) return;
    fetch('/healthz', { cache: 'no-store' }).then(
      () => {
        sessionStorage.setItem(MARK, String(Date.now()));
        location.reload();
      },
      () => undefined,
    );
  });
}
