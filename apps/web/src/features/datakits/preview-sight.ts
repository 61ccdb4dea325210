import { type RefObject, type UIEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Milliseconds after the last movement until a frame counts as standing still. */
const STILL_AFTER = 120;

/** How far a frame is scrolled, and whether it still moves. */
export function useScroll() {
  const [scroll, setScroll] = useState({ top: 0, left: 0, moving: false });
  const timer = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const onScroll = (event: UIEvent<HTMLDivElement>): void => {
    const { scrollTop, scrollLeft } = event.currentTarget;
    setScroll({ top: scrollTop, left: scrollLeft, moving: true });
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(
      () => setScroll((before) => ({ ...before, moving: false })),
      STILL_AFTER,
    );
  };
  return { scroll, onScroll };
}

/** The room inside a frame without its scroll bars, known before the first paint. */
export function useInnerSize(frame: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return size;
}
