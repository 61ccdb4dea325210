import { useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';
import { createKeyReader, isTyping } from './keys.ts';

/** Listens to the keys of the app: Ctrl-K, /, ?, and g with a letter. */
export function useKeys(on: { openSearch: () => void; openHelp: () => void }): void {
  const navigate = useNavigate();
  const [read] = useState(createKeyReader);
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const { key, ctrlKey, metaKey, altKey } = event;
    const action = read({ key, ctrlKey, metaKey, altKey, typing: isTyping(event.target) }, event.timeStamp);
    if (action === undefined) return;
    event.preventDefault();
    if (action === 'search') on.openSearch();
    else if (action === 'help') on.openHelp();
    else void navigate({ to: action.go });
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      press(event);
    };
    window.addEventListener('keydown', listener);
    return () => {
      window.removeEventListener('keydown', listener);
    };
  }, []);
}
