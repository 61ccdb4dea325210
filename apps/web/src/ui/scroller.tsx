import type { CSSProperties, ReactNode, Ref, UIEvent } from 'react';

export interface ScrollerProps {
  /** What scrolls, for screen readers. */
  label: string;
  className?: string | undefined;
  style?: CSSProperties | undefined;
  ref?: Ref<HTMLDivElement>;
  onScroll?: (event: UIEvent<HTMLDivElement>) => void;
  children: ReactNode;
}

/** A box that scrolls by itself can be reached by keyboard (WCAG 2.1.1); a group, since a landmark would be too much. */
export function Scroller({ label, children, ...rest }: ScrollerProps) {
  const reachable = { tabIndex: 0, role: 'group', 'aria-label': label };
  return (
    <div {...reachable} {...rest}>
      {children}
    </div>
  );
}
