import { useState } from 'react';
import type { ComponentType } from 'react';

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
 * A part of the frame that is loaded when it is asked for: the part once it is there, and how to ask. What could not be
 * loaded may be asked for again, which a `lazy` one may not, and takes nothing else with it.
 * @param onFailure hears why it is not there
 */
export function useOptionalPart<Props>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  onFailure: (error: unknown) => void,
): [Part: ComponentType<Props> | undefined, ask: () => void] {
  const [part, setPart] = useState<{ default: ComponentType<Props> }>();
  const ask = (): void => {
    if (part === undefined) loadOptional(load).then(setPart, onFailure);
  };
  return [part?.default, ask];
}
