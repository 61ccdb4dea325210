import { useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';
import { useUser } from '#lib/session.ts';
import { createKeyReader, isTyping } from './keys.ts';
import { administrationOf, places } from './navigation.ts';

/** Listens to the keys of the app: Ctrl-K, /, ?, and g with a letter. */
export function useKeys(on: { openSearch: () => void; openHelp: () => void }): void {
  const navigate = useNavigate();
  const user = useUser();
  const [read] = useState(createKeyReader);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const { key, ctrlKey, metaKey, altKey } = event;
    const press = { key, ctrlKey, metaKey, altKey, typing: isTyping(event.target) };
    const action = read(press, event.timeStamp, [...places, ...administrationOf(user)]);
    if (action === undefined) return;
    event.preventDefault();
    if (action === 'search') on.openSearch();
    else if (action === 'help') on.openHelp();
    else void navigate({ to: action.go });
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      onKey(event);
    };
    window.addEventListener('keydown', listener);
    return () => {
      window.removeEventListener('keydown', listener);
    };
  }, []);
}
