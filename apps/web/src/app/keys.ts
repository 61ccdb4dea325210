import type { Place } from './navigation.ts';

export type KeyAction = { go: Place['to'] } | 'help' | 'search';

/** A pressed key, as far as shortcuts care. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** The focus is where keys are text, or in a dialog. */
  typing: boolean;
}

/** How long the second key may take, in milliseconds. */
const PATIENCE = 1500;

/**
 * Follows the keys of the app: Ctrl-K or / search, ? help, g and a letter to go to a list.
 * @returns a function that takes each key, the time and the lists one may go to, and answers what it asks for
 */
export function createKeyReader(): (
  press: KeyPress,
  now: number,
  places: readonly Place[],
) => KeyAction | undefined {
  let goSince: number | undefined;
  return (press, now, places) => {
    const waiting = goSince !== undefined && now - goSince <= PATIENCE;
    goSince = undefined;
    if ((press.ctrlKey || press.metaKey) && !press.altKey) {
      return press.key.toLowerCase() === 'k' ? 'search' : undefined;
    }
    if (press.typing || press.altKey) return undefined;
    if (waiting) {
      const place = places.find(({ key }) => key === press.key);
      return place && { go: place.to };
    }
    if (press.key === '?') return 'help';
    if (press.key === '/') return 'search';
    if (press.key === 'g') goSince = now;
    return undefined;
  };
}

/** Whether keys are text where the focus is. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || target.closest('input, textarea, select, [role=dialog], [role=menu]') !== null
  );
}
