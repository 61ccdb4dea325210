import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** Puts the focus on a form's first field that is still empty as a page that holds nothing else opens. */
export function useFirstFocus(): RefObject<HTMLInputElement | null> {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (first.current?.value === '') first.current.focus();
  }, []);
  return first;
}
