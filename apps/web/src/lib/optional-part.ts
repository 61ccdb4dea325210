import { useState } from 'react';
import type { ComponentType } from 'react';

/** What to do about a part that is not there. */
export const loadAnew = new Error('Load the page anew when the server answers, and try again.');

let underWay = 0;

/** Whether what is loaded just now can be done without: a page is not given up for it. */
export const loadsOptional = (): boolean => underWay > 0;

/** Loads a part that the page can do without. @throws what the import does */
export async function loadOptional<Part>(load: () => Promise<Part>): Promise<Part> {
  underWay += 1;
  try {
    return await load();
  } finally {
    underWay -= 1;
  }
}

/**
 * A part of the frame that is loaded when it is asked for: the part once it is there, and how to ask. One that cannot be
 * loaded takes nothing else with it, as a `lazy` one does. Browsers keep a module that failed until the page is loaded
 * anew, so that asking again may be in vain.
 * @param onFailure hears each time it is asked for and is not there
 */
export function useOptionalPart<Props>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  onFailure: () => void,
): [Part: ComponentType<Props> | undefined, ask: () => void] {
  const [part, setPart] = useState<{ default: ComponentType<Props> }>();
  const ask = (): void => {
    if (part === undefined) loadOptional(load).then(setPart, onFailure);
  };
  return [part?.default, ask];
}
