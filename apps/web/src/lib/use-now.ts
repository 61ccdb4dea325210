import { useEffect, useState } from 'react';

/** The time in milliseconds since 1970, renewed every `every` milliseconds: what says "4 min ago" must not stand still. */
export function useNow(every = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, every);
    return () => {
      clearInterval(timer);
    };
  }, [every]);
  return now;
}
